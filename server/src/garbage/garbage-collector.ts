import { join } from 'node:path';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import { isOnlyOwner } from './blob-owner.js';
import { findReferenced } from './find-referenced.js';

export interface Collected {
  /** Blobs that nothing names any more and that were put aside. */
  readonly discarded: readonly string[];
  /** Blobs that had been put aside before and are gone now. */
  readonly removed: readonly string[];
}

export interface CollectorOptions {
  readonly orm: MikroORM;
  readonly home: string;
  readonly blobs: BlobStore;
  /** Told of what went wrong; the next round tries again. */
  readonly report: (error: unknown) => void;
  /** Milliseconds that a blob is left alone after it was written, and again after it was put aside. */
  readonly graceMs?: number;
  /** Milliseconds from a wish to its fulfilment. */
  readonly delayMs?: number;
}

const GRACE_MS = 3_600_000;
const INTERVAL_MS = 3_600_000;
/** Deletions come in groups, and a start has other things to do. */
const DELAY_MS = 5_000;

/**
 * Removes blobs that nothing in the database names, in two steps: what is old enough is put aside, and is gone a grace time later unless somebody has asked
 * for it. So a blob that is written, or found again, while its row is still on the way is never lost.
 */
export class GarbageCollector {
  readonly #options: CollectorOptions;
  readonly #grace: number;
  #running: Promise<unknown> = Promise.resolve();
  #soon: NodeJS.Timeout | undefined;
  #hourly: NodeJS.Timeout | undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#grace = options.graceMs ?? GRACE_MS;
  }

  /** Collects soon, and then every hour. */
  start(): void {
    this.soon();
    this.#hourly = setInterval(() => this.soon(), INTERVAL_MS);
    this.#hourly.unref();
  }

  /** Collects in a moment; asked for often, it runs once. */
  soon(): void {
    if (this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#running = this.#running.then(() => this.collect()).catch(this.#options.report);
    }, this.#options.delayMs ?? DELAY_MS);
    this.#soon.unref();
  }

  async collect(): Promise<Collected> {
    const { orm, home, blobs } = this.#options;
    const em = orm.em.fork();
    if (!(await isOnlyOwner(em, join(home, 'blobs')))) return { discarded: [], removed: [] };
    // The files are listed before the database is read: what is named in between was old and is found to be named.
    const before = new Date(Date.now() - this.#grace);
    const old: string[] = [];
    for await (const digest of blobs.list(before)) old.push(digest);
    const kept = await findReferenced(em);
    const removed = await blobs.emptyTrash(before, kept);
    const discarded = old.filter((digest) => !kept.has(digest));
    for (const digest of discarded) await blobs.discard(digest);
    return { discarded, removed };
  }

  async dispose(): Promise<void> {
    clearTimeout(this.#soon);
    clearInterval(this.#hourly);
    await this.#running;
  }
}
