import type { LowRankUpdates, TensorFlow } from '../models/index.js';
import { checkNumber, checkWhole } from './check-options.js';
import { createFactorTrainee } from './factor-trainee.js';
import type { LearningProblem } from './learning-problem.js';
import { trainingLimits } from './limits.js';
import { startingModules, type FrameChoice, type StartingModule } from './starting-modules.js';
import { createTangentTrainee } from './tangent-trainee.js';
import type { Trainee } from './trainee.js';
import { createWeightTrainee } from './weight-trainee.js';

/** Low-rank factors beside chosen linear layers. */
export interface FactorMode {
  readonly kind: 'FACTORS';
  readonly rank: number;
  readonly alpha: number;
  /** alpha / √rank in place of alpha / rank (rsLoRA). */
  readonly rankStabilized?: boolean | undefined;
  readonly targetModules: readonly string[];
  readonly frame: FrameChoice;
  /**
   * What is replaced by its tangent at (A0, 0): nothing (LoRA), every adapted module by itself (L-LoRA), the modules that patterns name, or the whole
   * network (the paper's equation).
   */
  readonly linearization: 'NONE' | 'MODULE' | 'NETWORK' | { readonly modules: readonly string[] };
  /** Probability with which an entry of a path's input is dropped; 0 unless given. */
  readonly dropout?: number | undefined;
  /** Factors to go on from; (A0, 0) unless given. */
  readonly start?: LowRankUpdates | undefined;
}

/** The base's own weights. */
export interface WeightMode {
  readonly kind: 'WEIGHTS';
  /** Patterns of modules, `all-linear`, or `all` for every parameter. */
  readonly targetModules: readonly string[];
  /** Whether the network is replaced by its tangent at the base. */
  readonly linearization: 'NONE' | 'NETWORK';
}

export type TrainingMode = FactorMode | WeightMode;

export interface OpenedMode<Batch> {
  readonly trainee: Trainee<Batch>;
  /** The adapted layers of a factor mode. */
  readonly modules: ReadonlyMap<string, StartingModule>;
}

/** @throws trainingErrors.optionInvalid, modelErrors.targetsUnmatched */
export function openMode<Batch>(
  tf: TensorFlow,
  problem: LearningProblem<Batch>,
  mode: TrainingMode,
  seed: number,
): OpenedMode<Batch> {
  if (mode.kind === 'WEIGHTS') {
    const linearized = mode.linearization === 'NETWORK';
    return {
      trainee: createWeightTrainee({ tf, problem, targets: mode.targetModules, linearized }),
      modules: new Map(),
    };
  }
  const { linearization, dropout = 0 } = mode;
  checkWhole('rank', mode.rank, 1, trainingLimits.rank);
  checkNumber('alpha', mode.alpha, (x) => x > 0, 'a number above 0');
  checkNumber('dropout', dropout, (x) => x >= 0 && x < 1, 'a number from 0 to below 1');
  const linearized = typeof linearization === 'object' ? linearization.modules : linearization !== 'NONE';
  const modules = startingModules({ ...mode, layers: problem.linearLayers, linearized });
  const create = linearization === 'NETWORK' ? createTangentTrainee : createFactorTrainee;
  return { trainee: create({ tf, problem, modules, dropout, seed }), modules };
}

/** A mode as JSON, for the fingerprint of a training; bytes of frames and starts are hashed beside it. */
export function describeMode(mode: TrainingMode): Readonly<Record<string, unknown>> {
  if (mode.kind === 'WEIGHTS') return { ...mode };
  const { frame, start, ...rest } = mode;
  return { ...rest, frameSeed: 'seed' in frame ? frame.seed : null, started: start !== undefined };
}
