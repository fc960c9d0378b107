import type { EntityManager } from '@mikro-orm/postgresql';
import { Evaluation, ExperimentPart, FusionRun, RunState } from '../entities/index.js';
import { settleRun, settleSweepOf } from './fan-in.js';
import { settleExperimentOf, startExperiment } from './experiment-fan-in.js';
import { announce, finish, lockFamily, type JobRow } from './job-row.js';
import type { PgBossQueue, ReceivedMessage } from './pg-boss-queue.js';

/**
 * Takes a job for a worker, or finds that there is nothing to take: it is gone, final, asked to be cancelled, or this message is an old one.
 * Then the message is completed in the same transaction. Each claim raises `attempt`, which fences off whoever held the job before.
 */
export async function claimJob(
  em: EntityManager,
  queue: PgBossQueue,
  message: ReceivedMessage,
  worker: number,
): Promise<JobRow | undefined> {
  return em.transactional(async (em) => {
    const job = await lockFamily(em, message.kind, message.id);
    if (job === null || job.state !== RunState.QUEUED || job.queueJob !== message.messageId) {
      await queue.complete(message.messageId, em);
      return undefined;
    }
    if (job.cancelRequestedAt !== null) {
      finish(job, RunState.CANCELLED);
      await queue.complete(message.messageId, em);
      await settleParents(em, queue, job);
      await announce(em, job);
      return undefined;
    }
    job.state = RunState.RUNNING;
    job.attempt += 1;
    job.worker = worker;
    job.startedAt ??= new Date();
    job.progress = null;
    job.problem = null;
    if (job instanceof ExperimentPart) await startExperiment(em, job);
    await announce(em, job);
    return job;
  });
}

/** Whoever waits for a job that has reached a final state is told, under the locks of `lockFamily`. */
export async function settleParents(em: EntityManager, queue: PgBossQueue, job: JobRow): Promise<void> {
  if (job instanceof FusionRun) await settleSweepOf(em, queue, job);
  if (job instanceof ExperimentPart) await settleExperimentOf(em, job);
  if (!(job instanceof Evaluation)) return;
  const run = job.run === null ? null : await em.findOne(FusionRun, { id: job.run.id });
  if (run === null) return;
  if (job.sweep === null) await settleRun(em, queue, run);
  else await settleSweepOf(em, queue, run);
}
