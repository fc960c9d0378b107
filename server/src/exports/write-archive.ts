import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { BlobStore } from '../blobs/index.js';
import type { ExportedFileRecord } from '../entities/index.js';

const BLOCK = 512;
/** What a plain tar header can say; longer names and larger files take headers of their own. */
const PLAIN_NAME = 100;
const PLAIN_BYTES = 8 ** 11;

/** Bytes that the archive will have, where its headers are all plain. */
export function archiveLength(folder: string, files: readonly ExportedFileRecord[]): number | undefined {
  let length = 2 * BLOCK;
  for (const { name, byteLength } of files) {
    if (Buffer.byteLength(`${folder}/${name}`) > PLAIN_NAME || byteLength >= PLAIN_BYTES) return undefined;
    length += BLOCK + Math.ceil(byteLength / BLOCK) * BLOCK;
  }
  return length;
}

/** Stands for the archive's bytes, which depend on names and files alone. */
export function archiveTag(folder: string, files: readonly ExportedFileRecord[]): string {
  const hash = createHash('sha256').update(`crucible-tar-1\n${folder}\n`);
  for (const { name, sha256 } of files) hash.update(`${JSON.stringify(name)} ${sha256}\n`);
  return hash.digest('hex');
}

/** Streams the files as one tar, no faster than the reader takes it. Equal files give equal bytes: times and owners are left out. */
export async function writeArchive(
  blobs: BlobStore,
  folder: string,
  files: readonly ExportedFileRecord[],
  output: Writable,
): Promise<void> {
  const archive = pack();
  const sent = pipeline(archive as unknown as NodeJS.ReadableStream, output);
  sent.catch(() => {});
  try {
    for (const { name, byteLength, sha256 } of files) {
      const entry = archive.entry({
        name: `${folder}/${name}`,
        size: byteLength,
        mtime: new Date(0),
        mode: 0o644,
        uid: 0,
        gid: 0,
        uname: '',
        gname: '',
      });
      // A reader that has gone away ends the pack, and with it this entry.
      const written = pipeline(createReadStream(await blobs.locate(sha256)), entry as unknown as NodeJS.WritableStream);
      await Promise.race([written, sent.then(() => Promise.reject(new Error('the archive ended early')))]);
    }
    archive.finalize();
  } catch (error) {
    archive.destroy(error as Error);
    output.destroy();
    throw error;
  }
  await sent;
}
