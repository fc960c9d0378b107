export { adjustByHolm } from './adjust-by-holm.js';
export {
  bootstrapDifference,
  MOST_RESAMPLES,
  type BootstrapOptions,
  type BootstrappedDifference,
} from './bootstrap-difference.js';
export { detectableDifference, leastSignificantDifference, type DetectableOptions } from './detectable-difference.js';
export { comparisonErrors } from './errors.js';
export { exactMcNemar } from './exact-mcnemar.js';
export { countPairs, differenceOf, type PairedCounts } from './paired-counts.js';
export { findDominated, type ParetoPoint } from './find-dominated.js';
