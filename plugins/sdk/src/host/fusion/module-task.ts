/** One adapter's factors of one module, checked. */
export interface TaskMember {
  /** Position of the adapter in the run's order. */
  readonly position: number;
  readonly digest: string;
  /** Name of the adapter, for messages. */
  readonly name: string;
  readonly weight: number;
  readonly rank: number;
  readonly scale: number;
  /** `[rank, in]` */
  readonly a: Float32Array;
  /** `[out, rank]` */
  readonly b: Float32Array;
  /** GRAM `[in, in]` or FISHER `[out, in]`, where the strategy needs it. */
  readonly statistics?: Float32Array;
  /** Options as they hold for this adapter in this module, where something is scheduled. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Everything that fusing one module takes: it can travel to another thread. */
export interface ModuleTask {
  readonly module: string;
  readonly index: number;
  readonly count: number;
  readonly outFeatures: number;
  readonly inFeatures: number;
  readonly members: readonly TaskMember[];
  /** A0 `[rank, in]`, where FACTOR space measures from the frame. */
  readonly frameA?: Float32Array;
  /** Options and weights as they hold in this module, where something is scheduled. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly weights?: readonly number[];
}

/** A module of the output: ΔW = scale · B · A. */
export interface FusedFactors {
  /** `[rank, in]` */
  readonly a: Float32Array;
  /** `[out, rank]` */
  readonly b: Float32Array;
  readonly rank: number;
  readonly scale: number;
  /** Whether nothing contributes: zeros of rank 1, so that the target modules do not depend on coefficients. */
  readonly zero?: boolean;
}
