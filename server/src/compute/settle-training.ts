import { atPoint, chooseLinearization, type TrainOnProblemOptions } from '@crucible/engine/training';
import type { ModuleProbe, TrainingOptions, TrainingTrial } from '../entities/training-run.js';
import type { ComputeContext } from './compute-context.js';
import type { TrainingWork } from './protocol.js';
import { tuneTraining } from './tune-training.js';

export interface SettledTraining<Batch> {
  readonly training: TrainOnProblemOptions<Batch>;
  /** What was settled, in the place of what was asked for. */
  readonly settings: Partial<TrainingOptions>;
  readonly probes: readonly ModuleProbe[];
  readonly trials: readonly TrainingTrial[];
}

/** Steps and batches of a probe: enough for A to move, few beside any training. */
const PROBE = { steps: 20, batches: 4 } as const;

/** Settles what a training leaves open: settings to be looked for, then modules to be linearized. */
export async function settleTraining<Batch>(
  asked: TrainOnProblemOptions<Batch>,
  { options, checkpointFolder }: TrainingWork,
  { onProgress }: ComputeContext,
): Promise<SettledTraining<Batch>> {
  const tuned = options.search
    ? await tuneTraining({
        training: asked,
        search: options.search,
        folder: checkpointFolder,
        onTrial: (done) => onProgress({ phase: 'SEARCH', done, total: done + 1 }),
      })
    : undefined;
  const training = tuned === undefined ? asked : { ...asked, ...atPoint(asked, tuned.best.point, asked.steps) };
  const trials = tuned?.trials ?? [];
  const found: Partial<TrainingOptions> = tuned?.best.point ?? {};
  if (typeof options.linearizationBudget !== 'number' || training.mode.kind !== 'FACTORS') {
    return { training, settings: found, probes: [], trials };
  }
  onProgress({ phase: 'PROBE', done: 0, total: 1 });
  const { mode } = training;
  const { probes, linearizedModules } = await chooseLinearization({
    ...training,
    mode,
    probeSteps: Math.min(PROBE.steps, training.steps),
    probeBatches: PROBE.batches,
    linearizationBudget: options.linearizationBudget,
  });
  return {
    training: { ...training, mode: { ...mode, linearization: { modules: linearizedModules } } },
    settings: { ...found, linearizedModules: [...linearizedModules] },
    probes: probes.map((probe) => ({ ...probe, linearized: linearizedModules.includes(probe.module) })),
    trials,
  };
}
