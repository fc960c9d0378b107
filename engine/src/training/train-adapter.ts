import type { CosineHead } from '../evaluation/index.js';
import type { LowRankUpdates, TensorFlow, VisionModel } from '../models/index.js';
import type { Examples, Split } from '../tasks/task.js';
import { checkNumber, checkWhole } from './check-options.js';
import { trainingErrors } from './errors.js';
import { imageProblem } from './image-problem.js';
import { trainingLimits } from './limits.js';
import type { FrameChoice } from './starting-modules.js';
import { trainOnProblem, type TrainingOutcome, type TrainingSchedule } from './train-on-problem.js';
import type { TrainingMode } from './training-mode.js';

/**
 * - `LORA` trains A and B; modules that `linearizedModules` names are linearized all the same.
 * - `L_LORA` linearizes every adapted layer at (A0, 0), where only B matters, and trains B alone.
 * - `NETWORK_LINEARIZED` linearizes the whole network in the factors at (A0, 0): f(φ0) + J·(φ − φ0).
 * - `FULL` trains the weights themselves, `FULL_LINEARIZED` the network's tangent in them.
 */
export type TrainingMethod = TrainedMethod | 'NETWORK_LINEARIZED' | 'FULL' | 'FULL_LINEARIZED';

/** Methods whose adapters are low-rank changes of the weights. */
export type TrainedMethod = 'LORA' | 'L_LORA';

/** All that a training is asked for, beside what there is to learn. */
export interface AdapterRecipe extends TrainingSchedule {
  readonly tf: TensorFlow;
  readonly method: TrainingMethod;
  /** Of the factors; where whole weights train it means nothing. */
  readonly rank: number;
  /** The factor on B A is alpha / rank. */
  readonly alpha: number;
  /** rsLoRA: the factor is alpha / √rank. */
  readonly rankStabilized?: boolean | undefined;
  readonly targetModules: readonly string[];
  /** Where A starts: drawn from a seed (`drawFrame`), or given by module. Adapters of one frame fuse exactly. */
  readonly frame: FrameChoice;
  /** With `LORA`: patterns of the modules that are linearized (selective linearization). */
  readonly linearizedModules?: readonly string[] | undefined;
  /** Probability with which an entry of an adapter's input is dropped; 0 unless given. */
  readonly dropout?: number | undefined;
  /** Factors to go on from; (A0, 0) unless given. */
  readonly start?: LowRankUpdates | undefined;
}

export interface TrainAdapterOptions extends AdapterRecipe {
  readonly model: VisionModel;
  /** Its `train` split is learned; its `validation` split decides when to stop, if `evaluateEvery` is given. `test` is never read. */
  readonly task: { readSplit(split: Split): Promise<Examples> };
  readonly head: CosineHead;
}

/** `trainOnProblem` on an image task with a frozen head, in the mode that the method names. */
export async function trainAdapter(options: TrainAdapterOptions): Promise<TrainingOutcome> {
  return trainOnProblem({ ...options, problem: imageProblem(options), mode: modeOf(options) });
}

/** The mode that a method's name stands for. */
export function modeOf(options: AdapterRecipe): TrainingMode {
  const { method, targetModules, linearizedModules } = options;
  checkWhole('rank', options.rank, 1, trainingLimits.rank);
  checkNumber('alpha', options.alpha, (x) => x > 0, 'a number above 0');
  if (linearizedModules !== undefined && method !== 'LORA') {
    throw trainingErrors.optionInvalid({ option: 'linearizedModules', got: `given with ${method}`, expected: 'LORA' });
  }
  if (method === 'FULL' || method === 'FULL_LINEARIZED') {
    for (const option of ['dropout', 'start', 'rankStabilized'] as const) {
      if (!options[option]) continue;
      throw trainingErrors.optionInvalid({ option, got: `given with ${method}`, expected: 'a method with factors' });
    }
    return { kind: 'WEIGHTS', targetModules, linearization: method === 'FULL' ? 'NONE' : 'NETWORK' };
  }
  const { rank, alpha, rankStabilized, frame, dropout, start } = options;
  const linearization = linearizedModules === undefined ? LINEARIZATION[method] : { modules: linearizedModules };
  return { kind: 'FACTORS', rank, alpha, rankStabilized, targetModules, frame, linearization, dropout, start };
}

const LINEARIZATION = { LORA: 'NONE', L_LORA: 'MODULE', NETWORK_LINEARIZED: 'NETWORK' } as const;
