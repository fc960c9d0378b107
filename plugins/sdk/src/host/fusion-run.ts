import type { AdapterFile } from '@crucible/engine/adapters';
import type { TensorFlow } from '../contract/context.js';
import type { AdapterMethodDefinition } from '../contract/plugin.js';
import type { FusionSpace } from '../contract/fusion-space.js';
import type { SearchObjective, SearchStep, StatisticsKind, Strategy } from '../contract/strategy.js';

/** A0 of the adapters' tangent frame, module by module: `[rank, in]`. */
export interface TangentFrameFile {
  readonly digest: string;
  readA(module: string): Promise<Float32Array>;
}

/** Statistics of one adapter on its own task, module by module. */
export interface StatisticsFile {
  readonly kind: StatisticsKind;
  /** SHA-256 of the file's bytes: the output depends on them. */
  readonly digest: string;
  /** GRAM `[in, in]`, FISHER `[out, in]`, row-major; undefined for a module that it has nothing of. */
  readTensor(module: string): Promise<Float32Array | undefined>;
}

export interface FusionMember {
  readonly adapter: AdapterFile;
  readonly weight: number;
  /** `digestFrame` over its own A, where it is known: tells before a tensor is read that adapters share A. */
  readonly ownFrameDigest?: string | undefined;
  /** For strategies with `needs.statistics`, of that kind. */
  readonly statistics?: StatisticsFile;
}

export interface FusionRequest {
  readonly strategy: Strategy;
  /** Where a wrapper finds the strategy that it wraps. */
  readonly strategies?: ReadonlyMap<string, Strategy>;
  /** Raw options; the runner parses them with the strategy's own schema. */
  readonly options: unknown;
  readonly members: readonly FusionMember[];
  readonly space?: FusionSpace;
  /** Recompress the output to this rank; the retained energy is reported. Absent: exact, at whatever rank that takes. */
  readonly outputRank?: number;
  readonly seed: number;
  readonly name: string;
  /** Where FACTOR space measures A from; absent: from zero. */
  readonly frame?: TangentFrameFile;
  /** For search strategies: scores coefficients as they would be applied in `space`. */
  readonly objective?: SearchObjective;
  /** Of a strategy with an output per adapter, the first's; the others lie beside it, see `outputPathOf`. */
  readonly outputPath: string;
  readonly tf: TensorFlow;
  readonly signal: AbortSignal;
  /** Processes that modules are shared out over; the bytes do not depend on it. */
  readonly processes?: number;
  /** Methods that plugins brought, by id: tells before any tensor is read that a method moves A away from the frame. */
  readonly adapterMethods?: ReadonlyMap<string, Pick<AdapterMethodDefinition, 'trainable'>>;
  readonly onProgress?: (progress: FusionProgress) => void;
  readonly onLog?: (message: string) => void;
}

export interface FusionProgress {
  readonly phase: 'SURVEY' | 'SEARCH' | 'FUSE' | 'WRITE';
  readonly done: number;
  readonly total: number;
}

export interface AdapterFidelity {
  readonly digest: string;
  /** ‖P·ΔW_i‖²/‖ΔW_i‖² with P the projection on the output's row and column spaces, over all modules. */
  readonly retainedEnergy: number;
}

/** How far the output is from the exact result of the same rule. Norms are Frobenius norms over all modules. */
export interface FidelityReport {
  readonly space: FusionSpace;
  readonly exact: boolean;
  readonly outputRank: number;
  /**
   * ‖output - exact‖ / ‖exact‖; 0 where nothing was lost beyond float32 rounding. Of a rule that is not linear `exact` is what the rule gave in
   * this space; in FACTOR space that is never ΔW (unless all A are equal), and `exact` above is false.
   */
  readonly relativeError: number;
  /** Σσ² kept / Σσ² of the exact result. */
  readonly retainedEnergy: number;
  /** FACTOR space, linear rules: ‖cross terms‖ / ‖exact‖. */
  readonly crossTermNorm?: number;
  readonly perAdapter: readonly AdapterFidelity[];
}

export interface FusionTiming {
  readonly phase: string;
  readonly seconds: number;
}

/** A file that a fusion wrote. */
export interface FusionOutput {
  readonly path: string;
  readonly digest: string;
  readonly byteLength: number;
  readonly rank: number;
  readonly fidelity: FidelityReport;
}

/** The output that is for one of the adapters, with the modules that it has. */
export interface AdapterOutput extends FusionOutput {
  /** Position of the adapter in the run's order. */
  readonly position: number;
}

/** Of a strategy with an output per adapter, what stands here by itself is the first's. */
export interface FusionOutcome extends FusionOutput {
  /** One for each adapter, in their order; of strategies with `outputs: 'PER_ADAPTER'` only. */
  readonly outputs?: readonly AdapterOutput[];
  readonly modules: number;
  readonly space: FusionSpace;
  /** Options with their defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly trace?: readonly SearchStep[];
  /** What a search found, group of modules by group: `[groups · adapters]`. */
  readonly coefficients?: readonly number[];
  /** Group of each module, in the order of their names, by which `coefficients` are read. */
  readonly groups?: readonly number[];
  readonly timings: readonly FusionTiming[];
  /** Greatest resident memory of this process that was seen, at the modules' ends. */
  readonly peakMemoryBytes: number;
}
