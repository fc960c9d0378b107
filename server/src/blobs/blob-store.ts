import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { blobErrors } from './errors.js';

export interface StoredBlob {
  readonly digest: string;
  readonly byteLength: number;
}

/**
 * Files named by the SHA-256 of their bytes: what is under a digest never changes, and the same bytes are kept once.
 *
 * A blob appears under its name only when it is whole and on the disk: it is written beside, synced, renamed, and the folder is synced. So a
 * crash leaves a file in `incoming/` at most, which the next start sweeps away.
 */
export class BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Where the blob is or would be: `ab/cd/abcd…`, two levels, since a folder of a million entries is slow on most file systems. */
  path(digest: string): string {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw blobErrors.invalidDigest({ digest });
    return join(this.#root, digest.slice(0, 2), digest.slice(2, 4), digest);
  }

  /** A path in the store's own file system for a file to be built at, and then given to `adopt`. */
  async incoming(): Promise<string> {
    const folder = join(this.#root, 'incoming');
    await mkdir(folder, { recursive: true });
    return join(folder, randomUUID());
  }

  /** Whether it is there; one that was discarded and not yet removed is taken back. */
  async has(digest: string): Promise<boolean> {
    const path = this.path(digest);
    return (await sizeOf(path)) !== undefined || (await this.#restore(digest, path));
  }

  /** Digests of all blobs that were last written or asked to be kept before `before`. */
  async *list(before: Date): AsyncGenerator<string, void> {
    for (const first of await names(this.#root)) {
      if (!/^[0-9a-f]{2}$/.test(first)) continue;
      for (const second of await names(join(this.#root, first))) {
        for (const digest of await names(join(this.#root, first, second))) {
          if (/^[0-9a-f]{64}$/.test(digest) && (await isOlder(this.path(digest), before))) yield digest;
        }
      }
    }
  }

  /** Puts a blob aside; whoever asks for it takes it back, until `emptyTrash`. */
  async discard(digest: string): Promise<void> {
    const trash = this.#trash(digest);
    await mkdir(dirname(trash), { recursive: true });
    await rename(this.path(digest), trash).catch(ignoreMissing);
    await touch(trash);
  }

  /** Removes for good what was discarded before `before` and is not in `kept`, which is taken back. Answers the digests of what is gone. */
  async emptyTrash(before: Date, kept: ReadonlySet<string>): Promise<readonly string[]> {
    const gone: string[] = [];
    for (const digest of await names(join(this.#root, 'trash'))) {
      if (kept.has(digest)) await this.has(digest);
      else if (await isOlder(this.#trash(digest), before)) {
        await rm(this.#trash(digest), { force: true });
        gone.push(digest);
      }
    }
    return gone;
  }

  async put(bytes: Uint8Array): Promise<StoredBlob> {
    const path = await this.incoming();
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
    return this.adopt(path);
  }

  /** Copies a file in. */
  async putFile(source: string): Promise<StoredBlob> {
    const path = await this.incoming();
    await copyFile(source, path);
    return this.adopt(path);
  }

  /**
   * Takes a file that was built at an `incoming()` path. Repeatable: bytes that are there already stay as they are.
   *
   * @throws BLOB_DIGEST_MISMATCH when `expected` is given and the bytes are others; the file is removed then.
   */
  async adopt(path: string, expected?: string): Promise<StoredBlob> {
    const { digest, byteLength } = await hashFile(path);
    if (expected !== undefined && expected !== digest) {
      await rm(path, { force: true });
      throw blobErrors.digestMismatch({ path, got: digest, expected });
    }
    const target = this.path(digest);
    if (await this.has(digest)) {
      await rm(path, { force: true });
      // As young as if it had been written now: nothing that is about to be referred to may be collected.
      await touch(target);
      return { digest, byteLength };
    }
    await sync(path);
    await mkdir(dirname(target), { recursive: true });
    await rename(path, target);
    await touch(target);
    await sync(dirname(target));
    return { digest, byteLength };
  }

  /**
   * The path of a blob that is there.
   *
   * @throws BLOB_NOT_FOUND; with `verify`, BLOB_DIGEST_MISMATCH where the disk has changed its bytes.
   */
  async locate(digest: string, options: { readonly verify?: boolean } = {}): Promise<string> {
    const path = this.path(digest);
    if (!(await this.has(digest))) throw blobErrors.notFound({ digest, path });
    if (options.verify === true) {
      const { digest: got } = await hashFile(path);
      if (got !== digest) throw blobErrors.digestMismatch({ path, got, expected: digest });
    }
    return path;
  }

  /** Puts a blob at another path without copying where the file system can; for loaders that want a folder with names. */
  async linkTo(digest: string, target: string): Promise<void> {
    const source = await this.locate(digest);
    await mkdir(dirname(target), { recursive: true });
    try {
      await link(source, target);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') return;
      if (code !== 'EXDEV' && code !== 'EPERM') throw error;
      const temporary = `${target}.${randomUUID()}`;
      await copyFile(source, temporary);
      await rename(temporary, target);
    }
  }

  #trash(digest: string): string {
    return join(this.#root, 'trash', digest);
  }

  async #restore(digest: string, path: string): Promise<boolean> {
    try {
      await mkdir(dirname(path), { recursive: true });
      await rename(this.#trash(digest), path);
    } catch (error) {
      // Not there, or somebody else took it back in this moment.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return (await sizeOf(path)) !== undefined;
      throw error;
    }
    await touch(path);
    return true;
  }

  /** Removes what interrupted writes left. Only to be called while nothing writes. */
  async sweepIncoming(): Promise<void> {
    await rm(join(this.#root, 'incoming'), { recursive: true, force: true });
  }
}

async function names(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? [];
}

async function isOlder(path: string, before: Date): Promise<boolean> {
  const info = await stat(path).catch(ignoreMissing);
  return info !== undefined && info.mtime < before;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function hashFile(path: string): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let byteLength = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    byteLength += chunk.length;
  }
  return { digest: hash.digest('hex'), byteLength };
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
