import type { EntityManager } from '@mikro-orm/postgresql';
import { CellState, ExperimentCell, ExperimentPart, RunState, type Experiment } from '../entities/index.js';
import { jobErrors } from './errors.js';
import { announce, finish, isFinal, lockExperiment } from './job-row.js';
import { problemOf } from './problem-of.js';

/** An experiment runs from its first part on. */
export async function startExperiment(em: EntityManager, part: ExperimentPart): Promise<void> {
  const experiment = await lockExperiment(em, part.experiment.id);
  if (experiment === null || experiment.state !== RunState.QUEUED) return;
  experiment.state = RunState.RUNNING;
  experiment.startedAt ??= new Date();
}

/** To be called whenever a part has reached a final state. */
export async function settleExperimentOf(em: EntityManager, part: ExperimentPart): Promise<void> {
  const experiment = await lockExperiment(em, part.experiment.id);
  if (experiment !== null) await settleExperiment(em, experiment);
}

/** Ends an experiment whose parts have all ended, in the transaction of the last of them. What some cells gave stays, whatever became of the others. */
export async function settleExperiment(em: EntityManager, experiment: Experiment): Promise<void> {
  if (isFinal(experiment)) return;
  await em.flush();
  const parts = await em.find(ExperimentPart, { experiment: experiment.id }, { refresh: true });
  if (!parts.every(isFinal)) return;
  const missing = { experiment: experiment.id, state: { $in: [CellState.PENDING, CellState.FAILED] } };
  const count = await em.count(ExperimentCell, missing);
  if (experiment.cancelRequestedAt !== null) finish(experiment, RunState.CANCELLED);
  else if (count === 0) finish(experiment, RunState.SUCCEEDED);
  else {
    const failed = await em.findOne(
      ExperimentCell,
      { ...missing, state: CellState.FAILED },
      { orderBy: { index: 'asc' } },
    );
    const broken = parts.find(({ problem }) => problem !== null);
    const problem = failed?.problem?.message ?? broken?.problem?.message ?? 'their part was cut off';
    const { size: total } = experiment;
    finish(experiment, RunState.FAILED, problemOf(jobErrors.experimentFailed({ missing: count, total, problem })));
  }
  await announce(em, experiment);
}
