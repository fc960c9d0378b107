import { createReadStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isCrucibleError } from '@crucible/engine/errors';
import { extract } from 'tar-stream';
import { uploadErrors } from './errors.js';
import type { ReadArchive } from './unpack-archive.js';

/** Reads a tar, gzipped or not, in one pass. What comes out of gzip is counted before it is looked at: headers can be a bomb too. */
export const readTar: ReadArchive = async (path, { gzip, onInflated, signal }, visit) => {
  const tar = extract();
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        onInflated(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const source = createReadStream(path);
  // tar-stream is made of streams of its own kind, which pipeline takes for what they are only when it is told so.
  const sink = tar as unknown as NodeJS.WritableStream;
  const flowing = gzip
    ? pipeline(source, createGunzip(), meter, sink, { signal })
    : pipeline(source, meter, sink, { signal });
  flowing.catch(() => {});
  try {
    for await (const entry of tar) {
      const { name, type } = entry.header;
      const kind =
        type === 'directory' ? 'directory' : type === 'file' || type === 'contiguous-file' ? 'file' : 'other';
      const bytes = Readable.from(entry as AsyncIterable<Buffer>);
      let opened = false;
      await visit({
        path: name,
        kind,
        open: () => {
          opened = true;
          return bytes;
        },
      });
      if (!opened) entry.resume();
    }
    await flowing;
  } catch (error) {
    source.destroy();
    tar.destroy();
    const cause = await flowing.then(
      () => error,
      (reason: unknown) => (isCrucibleError(reason) ? reason : error),
    );
    signal.throwIfAborted();
    if (isCrucibleError(cause)) throw cause;
    if (isSystemError(cause)) throw cause;
    throw uploadErrors.archiveInvalid({ problem: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
};

/** Of the disk, not of the archive. */
const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;
