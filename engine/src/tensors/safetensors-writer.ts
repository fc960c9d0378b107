import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isCrucibleError } from '../errors/index.js';
import { tensorErrors } from './errors.js';
import { planLayout, type PlannedTensor, type TensorSpec } from './plan-layout.js';

export interface WriterOptions {
  /** Sorted by key into the file. `format: "pt"` is what other tools look for. */
  readonly metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface WrittenFile {
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  readonly byteLength: number;
}

/** A file that is being written; tensors may arrive in any order. Ends with `finish` or `abort`. */
export interface SafetensorsWriter {
  /** Tensors in the order of the file: arriving in that order they are hashed on the way, without a second look at the file. */
  readonly order: readonly TensorSpec[];
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Makes the file durable and visible under its path, all of it at once. */
  finish(): Promise<WrittenFile>;
  /** Leaves nothing behind. Does nothing after `finish`. */
  abort(): Promise<void>;
}

const HASH_CHUNK = 1 << 20;

/**
 * Starts a safetensors file of known tensors. The bytes do not depend on the order of `specs`, `metadata` or `write`.
 * Until `finish` everything goes to a temporary file in the same folder; what was under the path before stays whole.
 */
export async function openSafetensorsWriter(
  path: string,
  specs: readonly TensorSpec[],
  options: WriterOptions = {},
): Promise<SafetensorsWriter> {
  const { signal } = options;
  signal?.throwIfAborted();
  const metadata = options.metadata instanceof Map ? options.metadata : new Map(Object.entries(options.metadata ?? {}));
  const layout = planLayout(path, specs, metadata);
  const temporary = `${path}.${randomUUID()}.tmp`;
  const unwritable = (error: unknown): Error =>
    isCrucibleError(error) || (error instanceof Error && error.name === 'AbortError')
      ? error
      : tensorErrors.unwritable({ file: path, reason: error instanceof Error ? error.message : String(error) }, error);
  const handle = await open(temporary, 'wx+').catch((error: unknown) => {
    throw unwritable(error);
  });

  const planned = new Map(layout.tensors.map((tensor) => [tensor.name, tensor]));
  const pending = new Set(planned.keys());
  const hash = createHash('sha256');
  let hashed = 0;
  let state: 'OPEN' | 'FINISHED' | 'ABORTED' = 'OPEN';

  const put = async (bytes: Uint8Array, position: number): Promise<void> => {
    if (position === hashed) {
      hash.update(bytes);
      hashed += bytes.length;
    }
    await writeAll(handle, bytes, position, signal);
  };
  const abort = async (): Promise<void> => {
    if (state !== 'OPEN') return;
    state = 'ABORTED';
    await handle.close();
    await rm(temporary, { force: true });
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      signal?.throwIfAborted();
      return await work();
    } catch (error) {
      await abort();
      throw signal?.aborted === true ? signal.reason : unwritable(error);
    }
  };
  const take = (name: string, bytes: Uint8Array): PlannedTensor => {
    const tensor = planned.get(name);
    if (tensor === undefined) throw tensorErrors.notFound({ file: path, tensor: name });
    if (state !== 'OPEN')
      throw tensorErrors.writeOrder({ file: path, tensor: name, rule: 'the file is closed already' });
    if (!pending.delete(name))
      throw tensorErrors.writeOrder({ file: path, tensor: name, rule: 'it was written before' });
    if (bytes.length !== tensor.byteLength) {
      throw tensorErrors.producedLength({ file: path, tensor: name, got: bytes.length, expected: tensor.byteLength });
    }
    return tensor;
  };

  await guarded(() => put(layout.header, 0));
  return {
    order: layout.tensors,
    write: (name, bytes) => guarded(async () => put(bytes, take(name, bytes).position)),
    finish: () =>
      guarded(async () => {
        const [missing] = pending;
        if (missing !== undefined) {
          throw tensorErrors.writeOrder({ file: path, tensor: missing, rule: 'it was never written' });
        }
        for (const piece = Buffer.allocUnsafe(HASH_CHUNK); hashed < layout.byteLength;) {
          signal?.throwIfAborted();
          const { bytesRead } = await handle.read(piece, 0, piece.length, hashed);
          if (bytesRead === 0)
            throw tensorErrors.fileChanged({ file: temporary, what: 'it is shorter than was written' });
          hash.update(piece.subarray(0, bytesRead));
          hashed += bytesRead;
        }
        await handle.sync();
        await handle.close();
        await rename(temporary, path);
        state = 'FINISHED';
        await syncFolder(dirname(path));
        return { sha256: hash.digest('hex'), byteLength: layout.byteLength };
      }),
    abort,
  };
}

async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    signal?.throwIfAborted();
    const { bytesWritten } = await handle.write(bytes, done, Math.min(bytes.length - done, 1 << 30), position + done);
    done += bytesWritten;
  }
}

/** A rename is durable only once its folder is; not every system lets a folder be opened for that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
