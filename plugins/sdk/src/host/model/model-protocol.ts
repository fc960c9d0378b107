import type { StrategyOrigin } from '../plugins/strategy-origin.js';
import type { WireError } from '../fusion/worker-protocol.js';
import type { Combined, CombineTask, FusedPart, TensorPart } from './model-task.js';
import type { TrimmedMergeTask } from './trimmed-merge.js';

/** What a worker thread needs to build a fuser of its own. Functions do not travel: the strategy is imported again. */
export interface ModelWorkerSetup {
  /** Of the strategy and of those that it wraps, the outermost first. */
  readonly origins: readonly StrategyOrigin[];
  readonly strategyId: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly weights: readonly number[];
  readonly digests: readonly string[];
  readonly norms: boolean;
  readonly seed: number;
  readonly backend: string;
}

export type ModelRequest =
  | { readonly kind: 'OBSERVE'; readonly part: TensorPart; readonly state: unknown; readonly round: number }
  | { readonly kind: 'FUSE'; readonly part: TensorPart; readonly state: unknown }
  | { readonly kind: 'TRIMMED_MERGE'; readonly task: TrimmedMergeTask }
  | { readonly kind: 'COMBINE'; readonly task: CombineTask };

export type ModelReply =
  | { readonly kind: 'READY' }
  | { readonly kind: 'LOG'; readonly message: string }
  | { readonly kind: 'DONE'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'FAILED'; readonly id?: number; readonly error: WireError };

/** Where parts are computed: in this thread, or in several others. A result does not depend on where. */
export interface ModelPool {
  /** Parts that are computed at one time. */
  readonly width: number;
  observe(part: TensorPart, state: unknown, round: number): Promise<unknown>;
  fuse(part: TensorPart, state: unknown): Promise<FusedPart>;
  /** What `fuse` answers of such a part, without the strategy. */
  mergeTrimmed(task: TrimmedMergeTask): Promise<FusedPart>;
  combine(task: CombineTask): Promise<Combined>;
  close(): Promise<void>;
}
