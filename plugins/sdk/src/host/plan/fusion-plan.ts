import type { FusionSpace } from '../../contract/fusion-space.js';
import type { FusionRequest } from '../fusion-run.js';

/** What a plan needs to know: a run without its paths and its objective. Adapters are looked at by their headers alone. */
export type PlanRequest = Pick<
  FusionRequest,
  'strategy' | 'strategies' | 'options' | 'members' | 'space' | 'outputRank' | 'seed' | 'name' | 'adapterMethods' | 'tf'
> & {
  /** Whether something can score coefficients on `validation`. */
  readonly validation?: boolean;
  /** What this machine does in a second; measured in 0.2 s where left out, and then remembered. */
  readonly rates?: MachineRates;
  /** Bytes of a process that has not yet fused anything; this process' own where left out. */
  readonly baselineBytes?: number;
};

/** One thing that stands in the way, and what to do about it. */
export interface PlanIssue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** How the strategy answers in this space: by coefficients, by merged matrices, by factors of its own, or by a search for coefficients. */
export type PlannedResult = 'COMBINATION' | 'MATRICES' | 'FACTORS' | 'SEARCH';

export interface PlannedModule {
  readonly module: string;
  readonly outFeatures: number;
  readonly inFeatures: number;
  /** Adapters that have it. */
  readonly adapters: number;
  /** Σ of their ranks, and the rank of the output. */
  readonly inputRank: number;
  readonly outputRank: number;
}

/** Multiplications with additions, entries and bytes: what the seconds are made of. */
export interface PlannedWork {
  /** In float64, in this process: factorizations. */
  readonly products64: number;
  /** In float32, on the backend: dense products. */
  readonly products32: number;
  /** Entries that the strategy looks at, over all adapters and passes. */
  readonly entries: number;
  /** Read, hashed and written. */
  readonly bytes: number;
}

/** What a machine does in a second, of each kind of work. */
export type MachineRates = PlannedWork;

export interface PlannedRun {
  /** Tensors read in each pass, and written. */
  readonly tensorsRead: number;
  readonly tensorsWritten: number;
  /** Files once, for their digests, and all factors in each pass. What a report reads again is not counted. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Passes over the adapters: rounds of a survey, and the fusion. */
  readonly passes: number;
  /** Files written: one, or one per adapter. */
  readonly outputs: number;
  readonly result: PlannedResult;
  /** Greatest rank over the modules of the output. */
  readonly outputRank: number;
  /** Whether ranks and bytes written are certain. Otherwise they are the most that it can be, and what it is unless a result happens to have a lower rank. */
  readonly certain: boolean;
  readonly modules: readonly PlannedModule[];
  /** Resident memory at its greatest, estimated. */
  readonly peakMemoryBytes: number;
  readonly work: PlannedWork;
  /** Estimated from `work` and the machine's rates; of a search, without the scoring. */
  readonly seconds: number;
}

export interface FusionPlan {
  readonly space: FusionSpace;
  /** Why that one. */
  readonly spaceReason: string;
  /** With defaults filled in; undefined where they are not valid. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Everything that stands in the way, not the first alone. Empty: the run may be queued. */
  readonly issues: readonly PlanIssue[];
  /** What the run would do; undefined where issues leave that open. */
  readonly run?: PlannedRun;
}
