import type { FactorMode } from './training-mode.js';
import { probeLinearization, type LinearizationChoice } from './probe-linearization.js';
import { trainOnProblem, type TrainOnProblemOptions } from './train-on-problem.js';

export interface ChooseLinearizationOptions<Batch> extends TrainOnProblemOptions<Batch> {
  readonly mode: FactorMode;
  /** Steps that the probe trains before it measures. */
  readonly probeSteps: number;
  readonly probeBatches: number;
  /** Nats, see `probeLinearization`. */
  readonly linearizationBudget: number;
}

/**
 * Chooses the modules of a training that are linearized, before it begins: trains plain LoRA by the same recipe for a few steps, measures it, and forgets it.
 * Give the choice to the training as its mode's `linearization`. The same options give the same choice.
 */
export async function chooseLinearization<Batch>(
  options: ChooseLinearizationOptions<Batch>,
): Promise<LinearizationChoice> {
  const { tf, problem, mode, probeSteps, probeBatches, batchSize, linearizationBudget, signal } = options;
  const { updates, frame } = await trainOnProblem({
    ...options,
    mode: { ...mode, linearization: 'NONE' },
    steps: probeSteps,
    warmup: Math.min(options.warmup, probeSteps),
    evaluateEvery: undefined,
    patience: undefined,
    checkpointPath: undefined,
    checkpointEvery: undefined,
    onProgress: undefined,
  });
  const budget = linearizationBudget;
  return probeLinearization({ tf, problem, updates, frame, batches: probeBatches, batchSize, budget, signal });
}
