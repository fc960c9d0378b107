import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import { isCrucibleError } from '../errors/index.js';
import { taskErrors } from './errors.js';
import { taskLimits } from './limits.js';
import type { WrittenTask } from './write-task.js';

export interface UnpackTaskOptions {
  readonly signal?: AbortSignal;
  /** Most bytes that may come out; a small packed file can hold gigabytes. */
  readonly maxBytes?: number;
}

/**
 * Unpacks `*.safetensors.br` in a stream. The target appears whole or not at all; what comes out is not looked at: open it with `openTask`.
 * Errors: `TASK_TOO_LARGE`, `TASK_PACKED_INVALID`.
 */
export async function unpackTask(
  sourcePath: string,
  targetPath: string,
  options: UnpackTaskOptions = {},
): Promise<WrittenTask> {
  const { signal, maxBytes: limit = taskLimits.unpackedBytes } = options;
  return stream(sourcePath, targetPath, createBrotliDecompress(), { limit, ...(signal && { signal }) });
}

/** Packs a file with Brotli at its best, in a stream. */
export async function packTask(
  sourcePath: string,
  targetPath: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<WrittenTask> {
  const { size } = await stat(sourcePath);
  const compress = createBrotliCompress({
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: size,
    },
  });
  return stream(sourcePath, targetPath, compress, { limit: Number.POSITIVE_INFINITY, ...options });
}

async function stream(
  sourcePath: string,
  targetPath: string,
  transform: Transform,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal },
): Promise<WrittenTask> {
  const temporary = `${targetPath}.${randomUUID()}.tmp`;
  const hash = createHash('sha256');
  let byteLength = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      byteLength += chunk.length;
      hash.update(chunk);
      if (byteLength > limit) done(taskErrors.tooLarge({ file: sourcePath, limit }));
      else done(null, chunk);
    },
  });
  try {
    await pipeline(
      createReadStream(sourcePath),
      transform,
      meter,
      createWriteStream(temporary, { flags: 'wx' }),
      signal === undefined ? {} : { signal },
    );
    const handle = await open(temporary, 'r');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, targetPath);
  } catch (error) {
    await rm(temporary, { force: true });
    if (signal?.aborted === true) throw signal.reason;
    if (isCrucibleError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw taskErrors.packedInvalid({ file: sourcePath, reason }, error);
  }
  return { digest: hash.digest('hex'), byteLength };
}
