export { createAdam, type Adam, type AdamOptions } from './adam.js';
export { CmaEs, type Tried } from './cma-es.js';
export { cmaParameters, type CmaParameters } from './cma-parameters.js';
export {
  descendCoefficients,
  type Descent,
  type DescentObjective,
  type DescentSettings,
  type DescentStep,
} from './descend-coefficients.js';
export { searchErrors } from './errors.js';
export { GRANULARITIES, groupByDepth, groupByGranularity, type Granularity } from './group-by-depth.js';
export { reflect } from './reflect.js';
export { searchCoefficients, type SearchSettings } from './search-coefficients.js';
export { symmetricEigen, type SymmetricEigen } from './symmetric-eigen.js';
