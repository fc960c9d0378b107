import type { TiesOptions } from './options.js';

/** One adapter's vectors of one module, as plain arrays. */
export interface AdapterVectors {
  /** Position of the adapter in the run's order. */
  readonly position: number;
  readonly weight: number;
  /** Options as they hold for this adapter in this module; those of the run where it has none of its own. */
  readonly options?: TiesOptions;
  readonly vectors: readonly Float32Array[];
}

/** One module of all adapters that have it. */
export interface ModuleVectors {
  readonly module: string;
  readonly index: number;
  readonly members: readonly AdapterVectors[];
}
