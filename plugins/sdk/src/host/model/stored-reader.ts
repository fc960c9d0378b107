import { readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { floatBytes } from '@crucible/engine/checkpoints';
import { tensorErrors } from '@crucible/engine/tensors';
import type { FloatStream } from '@crucible/engine/kernels';
import type { StoredNumbers } from './model-task.js';

/**
 * Reads numbers where they lie, by file handles of this thread. Buffers are lent and taken back: fresh memory for each piece would cost as much as the
 * arithmetic.
 */
export class StoredReader {
  readonly #handles = new Map<string, Promise<FileHandle>>();
  readonly #buffers: Uint8Array<ArrayBuffer>[] = [];

  async read(from: StoredNumbers, begin: number, count: number): Promise<FloatStream> {
    const bytes = this.#lend(count * floatBytes(from.dtype));
    await this.readInto(from, begin, bytes);
    return { bytes, dtype: from.dtype };
  }

  /** Fills memory of the caller's. */
  async readInto(from: StoredNumbers, begin: number, bytes: Uint8Array): Promise<void> {
    const handle = await this.#open(from.path);
    const position = from.position + begin * floatBytes(from.dtype);
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
      if (bytesRead === 0) throw cutShort(from.path);
      done += bytesRead;
    }
  }

  /** For rules that look at a task vector in the midst of their work and cannot wait; the file must have been opened. */
  readSync(from: StoredNumbers, begin: number, count: number): FloatStream {
    const size = floatBytes(from.dtype);
    const bytes = this.#lend(count * size);
    const descriptor = this.#descriptors.get(from.path)!;
    for (let done = 0; done < bytes.length;) {
      const got = readSync(descriptor, bytes, done, bytes.length - done, from.position + begin * size + done);
      if (got === 0) throw cutShort(from.path);
      done += got;
    }
    return { bytes, dtype: from.dtype };
  }

  readonly #descriptors = new Map<string, number>();

  async open(paths: Iterable<string>): Promise<void> {
    for (const path of paths) await this.#open(path);
  }

  /** Takes buffers back that were lent by `read` and `readSync`. */
  release(...streams: readonly FloatStream[]): void {
    for (const { bytes } of streams) {
      if (this.#buffers.length < KEPT_BUFFERS) this.#buffers.push(bytes as Uint8Array<ArrayBuffer>);
    }
  }

  async close(): Promise<void> {
    const handles = await Promise.allSettled(this.#handles.values());
    this.#handles.clear();
    await Promise.all(handles.map((handle) => (handle.status === 'fulfilled' ? handle.value.close() : undefined)));
  }

  async #open(path: string): Promise<FileHandle> {
    const known = this.#handles.get(path);
    if (known) return known;
    const opening = open(path, 'r');
    this.#handles.set(path, opening);
    const handle = await opening;
    this.#descriptors.set(path, handle.fd);
    return handle;
  }

  #lend(length: number): Uint8Array<ArrayBuffer> {
    const found = this.#buffers.findIndex(({ buffer }) => buffer.byteLength >= length);
    if (found < 0) return new Uint8Array(length);
    const [{ buffer }] = this.#buffers.splice(found, 1) as [Uint8Array<ArrayBuffer>];
    return new Uint8Array(buffer, 0, length);
  }
}

/** Enough for the pieces that are worked on at one time. */
const KEPT_BUFFERS = 24;

const cutShort = (file: string): Error =>
  tensorErrors.fileChanged({ file, what: 'it is shorter than it was when opened' });
