export { CompiledTower, forwardLimits, whyNotCompiled, type PreparedImages } from './compiled-tower.js';
export { forwardErrors } from './errors.js';
export { fusesProducts } from './tower-kernels.js';
