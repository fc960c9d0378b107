export {
  compareAdapters,
  type AdapterComparison,
  type AdapterPair,
  type ComparedAdapter,
  type CompareOptions,
  type LayerEnergy,
  type ModuleReport,
} from './compare-adapters.js';
export { compareModule, type ModuleComparison, type PairComparison, type UpdateSummary } from './compare-module.js';
export { diagnosticsErrors } from './errors.js';
export { layerOf, type Layer } from './layer-of.js';
export { diagnosticsLimits } from './limits.js';
export { principalCosines, subspaceOverlap } from './principal-angles.js';
export type { Ratio } from './ratio-estimate.js';
export { SignCounter, type SignAgreement, type SignOptions } from './sign-agreement.js';
export { leadingSpaces, type LeadingSpaces } from './small-svd/leading-spaces.js';
export { summarizeSpectrum, tailEnergies, truncationErrors, type SpectrumSummary } from './spectrum.js';
