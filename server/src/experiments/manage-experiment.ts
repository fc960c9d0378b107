import type { EntityManager } from '@mikro-orm/postgresql';
import { CellState, ExperimentCell, ExperimentPart, RunState, type Experiment } from '../entities/index.js';
import { finish, isFinal, lockJob, requeue, settleExperiment, type JobQueue } from '../jobs/index.js';

/** Asks for the end of all parts: what waits ends at once, the rest when its process is gone. Holds the experiment's lock. */
export async function cancelExperiment(em: EntityManager, experiment: Experiment): Promise<void> {
  experiment.cancelRequestedAt ??= new Date();
  for (const part of await lockParts(em, experiment)) {
    if (isFinal(part)) continue;
    part.cancelRequestedAt ??= new Date();
    if (part.state === RunState.QUEUED) finish(part, RunState.CANCELLED);
  }
  await settleExperiment(em, experiment);
}

/** Queues the parts that have cells without figures; those that failed are tried again. Holds the experiment's lock. */
export async function retryExperiment(em: EntityManager, queue: JobQueue, experiment: Experiment): Promise<void> {
  Object.assign(experiment, {
    state: RunState.QUEUED,
    problem: null,
    cancelRequestedAt: null,
    finishedAt: null,
    crashes: 0,
  });
  await em.nativeUpdate(
    ExperimentCell,
    { experiment: experiment.id, state: CellState.FAILED },
    { state: CellState.PENDING, problem: null },
  );
  for (const part of await lockParts(em, experiment)) {
    const pending = await em.count(ExperimentCell, { part: part.id, state: CellState.PENDING });
    if (pending === 0) continue;
    Object.assign(part, { problem: null, cancelRequestedAt: null, finishedAt: null, crashes: 0 });
    await requeue(em, queue, 'EXPERIMENT', part);
  }
  await settleExperiment(em, experiment);
}

async function lockParts(em: EntityManager, experiment: Experiment): Promise<readonly ExperimentPart[]> {
  const parts = await em.find(ExperimentPart, { experiment: experiment.id }, { orderBy: { part: 'asc' } });
  const locked: ExperimentPart[] = [];
  for (const { id } of parts) locked.push((await lockJob(em, 'EXPERIMENT', id)) as ExperimentPart);
  return locked;
}
