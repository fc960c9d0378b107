import { readFile } from 'node:fs/promises';
import { Lru } from '../analysis/lru.js';
import type { BlobStore } from '../blobs/index.js';
import type { AnalysisData, AnalysisDataOf } from '../compute/analysis-protocol.js';
import type { Analysis } from '../entities/index.js';

/** Data that is asked for again and again, such as by a page that is open: at most so many, and so many bytes of JSON. */
const KEPT = { entries: 64, size: 64 * 2 ** 20 };

/** By store and digest: what is under a digest never changes. */
const caches = new WeakMap<BlobStore, Lru<Promise<AnalysisData>>>();

/** The data of an analysis; null until it is finished. */
export async function readData<Kind extends AnalysisData['kind']>(
  blobs: BlobStore,
  { digest, sizeBytes, kind }: Pick<Analysis, 'digest' | 'sizeBytes' | 'kind'>,
): Promise<AnalysisDataOf<Kind> | null> {
  if (digest === null) return null;
  const cache = caches.get(blobs) ?? new Lru<Promise<AnalysisData>>(KEPT);
  caches.set(blobs, cache);
  const known = cache.get(digest) ?? read(blobs, digest);
  cache.set(digest, known, sizeBytes ?? 0);
  // What could not be read once may be there later.
  known.catch(() => cache.delete(digest));
  const data = await known;
  if (data.kind !== kind) throw new Error(`the data of an analysis of kind ${kind} is of kind ${data.kind}`);
  return data as AnalysisDataOf<Kind>;
}

const read = async (blobs: BlobStore, digest: string): Promise<AnalysisData> =>
  JSON.parse(await readFile(await blobs.locate(digest), 'utf8')) as AnalysisData;
