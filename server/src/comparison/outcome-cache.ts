import { readFile } from 'node:fs/promises';
import type { BlobStore } from '../blobs/index.js';
import { comparisonLimits } from './limits.js';

/** Per-example outcomes by their digest. What was not asked for longest is let go when the cap is reached; a digest never changes its bytes, so nothing is stale. */
export class OutcomeCache {
  readonly #blobs: Pick<BlobStore, 'path'>;
  readonly #limit: number;
  readonly #kept = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(blobs: Pick<BlobStore, 'path'>, limit: number = comparisonLimits.cachedBytes) {
    this.#blobs = blobs;
    this.#limit = limit;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  /** One byte per example, 1 where it was right. */
  async read(digest: string): Promise<Uint8Array> {
    const known = this.#kept.get(digest);
    if (known) {
      this.#kept.delete(digest);
      this.#kept.set(digest, known);
      return known;
    }
    const outcomes = new Uint8Array(await readFile(this.#blobs.path(digest)));
    if (!this.#kept.has(digest)) this.#bytes += outcomes.length;
    this.#kept.set(digest, outcomes);
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= this.#limit) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
    return outcomes;
  }
}
