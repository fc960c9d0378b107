import type { OutputDtype, VocabularyRule, WrittenCheckpoint } from '@crucible/engine/checkpoints';
import type { Dtype } from '@crucible/engine/tensors';
import type { TensorFlow } from '../../contract/context.js';
import type { Strategy } from '../../contract/strategy.js';
import type { StrategyDirectory } from '../../options/check-rule.js';
import type { FusionTiming } from '../fusion-run.js';

export interface FusedModel {
  /** A Hugging Face model folder that was fine-tuned from the base. */
  readonly folder: string;
  readonly weight: number;
  /** SHA-256 that keys the randomness of this model; its fingerprint where left out. */
  readonly digest?: string;
}

export interface ModelFusionRequest {
  readonly strategy: Strategy;
  /** Where a wrapper finds the strategy that it wraps. */
  readonly strategies?: StrategyDirectory;
  /** Raw options; the runner parses them with the strategy's own schema. */
  readonly options: unknown;
  /** Folder of the model that all were fine-tuned from. */
  readonly base: string;
  readonly models: readonly FusedModel[];
  /** Must not exist; appears as a whole or not at all. */
  readonly outputFolder: string;
  readonly dtype?: OutputDtype;
  readonly maxShardBytes?: number;
  readonly vocabulary?: VocabularyRule;
  readonly seed?: number;
  /** Whether the report has norms of the task vectors: costs a pass of arithmetic, and reading the base where a rule does not need it. Default true. */
  readonly norms?: boolean;
  /**
   * An element-wise rule that merges matrices works on blocks of at most this many numbers, each as a module of its own, in bounded memory: a trim "per
   * tensor" is then one per block. Left out, every tensor is whole.
   */
  readonly blockElements?: number;
  /** Threads; the bytes do not depend on it. */
  readonly workers?: number;
  readonly tf: TensorFlow;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ModelFusionProgress) => void;
  readonly onLog?: (message: string) => void;
}

export interface ModelFusionProgress {
  readonly phase: 'SURVEY' | 'FUSE';
  /** Numbers of the tensors that are done, and of all. */
  readonly done: number;
  readonly total: number;
}

export interface FusedTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /**
   * - COMBINED: a weighted sum of the stored numbers, in float64, rounded to the dtype once. - MERGED: base + what the rule made of the dense task vectors.
   * - TIED: the same bytes as the tensor that it is tied to. - COPIED: the base's.
   */
  readonly treatment: 'COMBINED' | 'MERGED' | 'TIED' | 'COPIED';
  /** Of a COMBINED tensor: factors of the task vectors, in the order of the models. */
  readonly coefficients?: readonly number[];
  /** Modules that it was cut into, where more than one. */
  readonly blocks?: number;
  /** Frobenius norms of the task vectors θ_i - θ_0, in the order of the models, and of what was written less θ_0. */
  readonly norms?: { readonly models: readonly number[]; readonly output: number };
}

export interface ModelFusionOutcome extends WrittenCheckpoint {
  readonly space: 'FULL';
  /** Options with their defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** In the order in which they were written. */
  readonly tensors: readonly FusedTensor[];
  /** Dtypes that results were rounded to, to nearest even: all that stands between the output and the exact result of the rule on float32 task vectors. */
  readonly roundedTo: readonly Dtype[];
  readonly fingerprints: { readonly base: string; readonly models: readonly string[] };
  /** Configuration and tokenizer files that were copied from the base. */
  readonly companions: readonly string[];
  readonly notes: readonly string[];
  readonly timings: readonly FusionTiming[];
  /** Greatest resident memory of this process, all threads together, that was seen. */
  readonly peakMemoryBytes: number;
}
