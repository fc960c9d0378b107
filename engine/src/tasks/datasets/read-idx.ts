import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { datasetErrors } from './errors.js';
import { datasetLimits } from './limits.js';
import { readingFailed, tooLarge } from './read-jsonl.js';

/** An array of bytes as MNIST's files hold it. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTES = 8;

/**
 * Reads an IDX file (LeCun, Cortes, Burges: magic number 0, 0, type, dimensions; sizes as big-endian 32-bit numbers; entries in C order), plain or packed by gzip. Only
 * unsigned bytes are read: images and labels are nothing else.
 *
 * @throws DATASET_UNREADABLE, DATASET_TOO_LARGE
 */
export async function readIdx(file: string): Promise<IdxArray> {
  try {
    const { size } = await stat(file);
    const limit = datasetLimits.idxBytes;
    if (size > limit) throw tooLarge(file, 'bytes', size, limit);
    const bytes = unpack(await readFile(file), limit);
    if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0)
      throw new Error('its magic number does not begin with 0, 0');
    if (bytes[2] !== UNSIGNED_BYTES)
      throw new Error(`its entries are of type ${bytes[2]}, only 8 (unsigned bytes) is read`);
    const rank = bytes[3]!;
    const begin = 4 + 4 * rank;
    if (rank < 1 || rank > 4 || bytes.length < begin)
      throw new Error(`it has ${rank} dimensions in ${bytes.length} bytes`);
    const shape = Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
    const entries = shape.reduce((product, extent) => product * extent, 1);
    if (entries !== bytes.length - begin) {
      throw new Error(`its shape [${shape.join(', ')}] takes ${entries} bytes, it has ${bytes.length - begin}`);
    }
    return { shape, data: bytes.subarray(begin) };
  } catch (error) {
    throw readingFailed(file, 'IDX', error, undefined);
  }
}

function unpack(bytes: Buffer, maxOutputLength: number): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength }) : bytes;
}

/** Images of one or three channels beside their labels. @throws DATASET_UNREADABLE */
export async function readIdxPair(imagesFile: string, labelsFile: string) {
  const images = await readIdx(imagesFile);
  const labels = await readIdx(labelsFile);
  const unreadable = (file: string, reason: string) => datasetErrors.unreadable({ file, format: 'IDX', reason });
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  if (images.shape.length < 3) {
    throw unreadable(imagesFile, `images have 3 or 4 dimensions, got [${images.shape.join(', ')}]`);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw unreadable(labelsFile, `labels of ${count} images are [${count}], got [${labels.shape.join(', ')}]`);
  }
  return { count, height, width, channels, pixels: images.data, labels: Int32Array.from(labels.data) };
}
