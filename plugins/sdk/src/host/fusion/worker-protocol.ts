import type { FusionSpace } from '../../contract/fusion-space.js';
import type { StrategyOrigin } from '../plugins/strategy-origin.js';
import type { FusedModule } from './module-fuser.js';
import type { FuseBy } from './module-pool.js';
import type { ModuleTask } from './module-task.js';

/** What a worker thread needs to build a fuser of its own. Functions do not travel: the strategy is imported again. */
export interface WorkerSetup {
  /** Of the strategy and of those that it wraps, the outermost first; none for coefficients that a search has found. */
  readonly origins: readonly StrategyOrigin[];
  readonly strategyId: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly space: FusionSpace;
  readonly outputRank?: number | undefined;
  readonly weights: readonly number[];
  readonly seed: number;
  /** Name of the TensorFlow.js backend that the run computes on. */
  readonly backend: string;
}

export type WorkerRequest =
  | { readonly kind: 'OBSERVE'; readonly task: ModuleTask; readonly state: unknown; readonly round: number }
  | { readonly kind: 'FUSE'; readonly task: ModuleTask; readonly by: FuseBy };

export type WorkerReply =
  | { readonly kind: 'READY' }
  | { readonly kind: 'LOG'; readonly message: string }
  | { readonly kind: 'OBSERVED'; readonly observation: unknown }
  | { readonly kind: 'FUSED'; readonly fused: readonly FusedModule[] }
  | { readonly kind: 'FAILED'; readonly error: WireError };

/** An error of a catalogue loses its class between threads, so it travels as its parts. */
export interface WireError {
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string;
  readonly remedy?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: WireError;
}
