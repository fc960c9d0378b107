import type { Dtype } from '../../tensors/index.js';
import type { AdapterFactors, AdapterManifest, AdapterModuleInfo } from '../adapter.js';
import type { AdapterBlocker, AdapterDialect, AdapterFacts, AdapterNotice, InspectedModule } from './inspection.js';

/** A module as the files tell it, whatever their dialect; its factors are read when asked for. */
export interface SourceModule {
  readonly info: AdapterModuleInfo;
  readonly kind: InspectedModule['kind'];
  readonly alpha: number;
  readonly dtype: Dtype;
  readonly shapes: readonly (readonly number[])[];
  /** DoRA's magnitudes: name of a tensor of `[out]`. */
  readonly magnitude?: string;
  /** ΔW = scale·B·A of the linear map, finite. */
  readFactors(): Promise<AdapterFactors>;
}

/** A dialect's reading of the files. */
export interface Interpretation {
  readonly dialect: AdapterDialect;
  readonly base: { readonly name?: string; readonly revision?: string };
  readonly targets: readonly string[];
  readonly facts: AdapterFacts;
  /** Of a file of ours. */
  readonly manifest?: AdapterManifest;
  readonly modules: readonly SourceModule[];
  readonly notices: readonly AdapterNotice[];
  readonly blockers: readonly AdapterBlocker[];
}

export const NO_FACTS: AdapterFacts = {
  rsLora: false,
  dora: false,
  fanInFanOut: false,
  loraBias: false,
  bias: 'none',
  modulesToSave: [],
  rankPattern: {},
  alphaPattern: {},
};
