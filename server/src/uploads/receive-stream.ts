import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface ReceivedBytes {
  readonly byteLength: number;
  readonly sha256: string;
}

/**
 * Writes a stream to a new file and hashes it on the way: the source is read no faster than the disk takes it, and no more than a few chunks are in memory.
 * `onBytes` hears of every chunk before it is written and may throw. On failure nothing is left under the path.
 */
export async function receiveStream(
  source: Readable,
  path: string,
  options: { readonly onBytes?: (total: number) => void; readonly signal?: AbortSignal } = {},
): Promise<ReceivedBytes> {
  const hash = createHash('sha256');
  let byteLength = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      byteLength += chunk.length;
      try {
        options.onBytes?.(byteLength);
      } catch (error) {
        done(error as Error);
        return;
      }
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(source, meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }), {
      signal: options.signal,
    });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { byteLength, sha256: hash.digest('hex') };
}
