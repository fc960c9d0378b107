import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ReceivedFile } from '../entities/adapter-upload.js';
import { entrySegments } from './entry-path.js';
import { uploadErrors } from './errors.js';
import { receiveStream } from './receive-stream.js';
import { readTar } from './read-tar.js';
import { readZip } from './read-zip.js';
import type { UploadLimits } from './upload-limits.js';
import { isJson, isPickle, isWanted } from './wanted-file.js';

/** One entry of an archive, whatever its format. */
export interface ArchiveEntry {
  readonly path: string;
  /** `other`: a link, a device, or whatever else must not be unpacked. */
  readonly kind: 'file' | 'directory' | 'other';
  /** The unpacked bytes; to be read, or left. */
  readonly open: () => Promise<Readable> | Readable;
}

/** Hands the entries of an archive over, one after the other; each must be done with before the next comes. */
export type ReadArchive = (
  path: string,
  options: { readonly gzip: boolean; readonly onInflated: (bytes: number) => void; readonly signal: AbortSignal },
  visit: (entry: ArchiveEntry) => Promise<void>,
) => Promise<void>;

export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz';

/** What the first bytes of a file say that it is; names and content types say nothing. */
export async function sniffFormat(path: string): Promise<ArchiveFormat | 'safetensors' | undefined> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.length >= 4 && head.readUInt32LE(0) === 0x04034b50) return 'zip';
    if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'tar.gz';
    if (head.length === 512 && head.toString('latin1', 257, 262) === 'ustar') return 'tar';
    return head.length >= 9 && head[8] === 0x7b ? 'safetensors' : undefined;
  } finally {
    await file.close();
  }
}

export interface Unpacked {
  readonly files: readonly ReceivedFile[];
  readonly skipped: number;
}

/**
 * Unpacks the files of an adapter from an archive into a new folder, hashed on the way; everything else in it is checked and left out. Bounded by `limits`
 * whatever the archive says of itself: bytes are counted as they come out.
 *
 * @throws UPLOAD_*; the folder is then the caller's to remove
 */
export async function unpackArchive(options: {
  readonly path: string;
  readonly format: ArchiveFormat;
  readonly packedBytes: number;
  readonly folder: string;
  readonly limits: UploadLimits;
  readonly signal: AbortSignal;
  /** Those that an adapter consists of, unless told otherwise. */
  readonly wanted?: (path: string) => boolean;
}): Promise<Unpacked> {
  const { path, format, packedBytes, folder, limits, signal, wanted = isWanted } = options;
  const files: ReceivedFile[] = [];
  const taken = new Set<string>();
  let entries = 0;
  let skipped = 0;
  let pickle: string | undefined;
  let inflated = 0;
  const onInflated = (bytes: number): void => {
    inflated += bytes;
    if (inflated > limits.bytes) throw uploadErrors.tooLarge({ what: 'the unpacked archive', limit: limits.bytes });
    if (inflated > Math.max(limits.expansionFreeBytes, packedBytes * limits.expansionRatio)) {
      throw uploadErrors.expansion({ got: inflated, packed: packedBytes, ratio: limits.expansionRatio });
    }
  };
  const visit = async (entry: ArchiveEntry): Promise<void> => {
    entries += 1;
    if (entries > limits.entries) throw uploadErrors.tooMany({ limit: limits.entries });
    const segments = entrySegments(entry.path, limits);
    if (entry.kind === 'other') {
      throw uploadErrors.entryUnsafe({ entry: entry.path, problem: 'is a link or a device, not a file' });
    }
    if (entry.kind === 'directory') return;
    const name = segments.join('/');
    if (!wanted(name)) {
      if (isPickle(name)) pickle ??= name;
      skipped += 1;
      return;
    }
    // Names that differ in case alone are one file on some disks.
    const key = name.toLowerCase();
    if (taken.has(key)) throw uploadErrors.entryUnsafe({ entry: entry.path, problem: 'occurs twice' });
    taken.add(key);
    const target = join(folder, ...segments);
    await mkdir(dirname(target), { recursive: true });
    const onBytes = (total: number): void => {
      if (isJson(name) && total > limits.jsonBytes)
        throw uploadErrors.tooLarge({ what: name, limit: limits.jsonBytes });
    };
    files.push({ name, ...(await receiveStream(await entry.open(), target, { signal, onBytes })) });
  };
  const read: ReadArchive = format === 'zip' ? readZip : readTar;
  await mkdir(folder, { recursive: true });
  await read(path, { gzip: format === 'tar.gz', onInflated, signal }, visit);
  if (pickle !== undefined && !files.some(({ name }) => name.endsWith('.safetensors'))) {
    throw uploadErrors.pickled({ name: pickle });
  }
  return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), skipped };
}
