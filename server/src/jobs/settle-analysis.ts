import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { AnalysisResult } from '../compute/analysis-protocol.js';
import { RunState, type Analysis } from '../entities/index.js';
import { finish } from './job-row.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { settle, type Held, type Usage } from './settle.js';

/** The data becomes a blob, and the analysis names it. */
export async function settleAnalysis(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  blobs: BlobStore,
  { path, digest, byteLength, imagesPerSecond }: AnalysisResult,
): Promise<boolean> {
  await blobs.adopt(path, digest);
  return settle<Analysis>(em, queue, held, usage, async (_, analysis) => {
    analysis.digest = digest;
    analysis.sizeBytes = byteLength;
    analysis.imagesPerSecond = imagesPerSecond;
    analysis.timings = [{ phase: 'ANALYSIS', seconds: usage.seconds }];
    finish(analysis, RunState.SUCCEEDED);
  });
}
