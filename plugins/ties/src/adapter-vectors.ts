/** One adapter's vectors of one module, as plain arrays. */
export interface AdapterVectors {
  /** Position of the adapter in the run's order. */
  readonly position: number;
  readonly weight: number;
  readonly vectors: readonly Float32Array[];
}

/** One module of all adapters that have it. */
export interface ModuleVectors {
  readonly module: string;
  readonly index: number;
  readonly members: readonly AdapterVectors[];
}
