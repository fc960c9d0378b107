import type { FusionSpace } from '../../contract/fusion-space.js';
import type { Strategy } from '../../contract/strategy.js';
import type { FusionRequest } from '../fusion-run.js';

/** What may change from one preview of a prepared set to the next. */
export interface PreviewRequest {
  readonly strategy: Strategy;
  /** Where a wrapper finds what its options wrap. */
  readonly strategies?: ReadonlyMap<string, Strategy>;
  /** Raw. */
  readonly options: unknown;
  /** One per adapter of the set. */
  readonly weights: readonly number[];
  readonly space?: FusionSpace;
  readonly outputRank?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface ModulePreview {
  readonly module: string;
  /** Of the output's ΔW, Frobenius. */
  readonly norm: number;
  readonly rank: number;
  /** ‖output - exact‖ / ‖exact‖ in this module. */
  readonly relativeError: number;
}

export interface AdapterPreview {
  readonly digest: string;
  /** ⟨output, ΔW⟩ / (‖output‖·‖ΔW‖) over all modules; 0 where either is zero. */
  readonly cosine: number;
  /** ‖P·ΔW·Q‖² / ‖ΔW‖² with P and Q the projections on the output's column and row spaces, over all modules: as in a run's report. */
  readonly retainedEnergy: number;
}

/** What a fusion would give, without its tensors. Norms are Frobenius norms over all modules. */
export interface FusionPreview {
  readonly space: FusionSpace;
  /** With defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Greatest over the modules. */
  readonly outputRank: number;
  readonly norm: number;
  /** ‖output - exact‖ / ‖exact‖; 0 below the rounding of float32. */
  readonly relativeError: number;
  /** Σσ² kept / Σσ² of the exact result. */
  readonly retainedEnergy: number;
  /** In the order of the set. */
  readonly perAdapter: readonly AdapterPreview[];
  readonly modules: readonly ModulePreview[];
}

/** Everything of a run but its adapters: those are the set's. */
export type MaterializeRequest = Omit<FusionRequest, 'members'> & { readonly weights: readonly number[] };
