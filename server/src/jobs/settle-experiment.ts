import type { EntityManager } from '@mikro-orm/postgresql';
import type { ExperimentResult } from '../compute/experiment-protocol.js';
import { RunState, type ExperimentPart } from '../entities/index.js';
import { finish, lockExperiment } from './job-row.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { settle, type Held, type Usage } from './settle.js';

/** All cells of a part are recorded already; here it ends. */
export async function settleExperimentPart(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  { scoring }: ExperimentResult,
): Promise<boolean> {
  return settle<ExperimentPart>(em, queue, held, usage, async (em, part) => {
    part.timings = [{ phase: 'CELLS', seconds: usage.seconds }];
    finish(part, RunState.SUCCEEDED);
    const experiment = await lockExperiment(em, part.experiment.id);
    if (experiment === null) return;
    experiment.backend = part.backend && { ...part.backend, reason: scoring };
    experiment.peakMemoryBytes = Math.max(experiment.peakMemoryBytes ?? 0, usage.peakMemoryBytes);
  });
}
