export { Analyst, type Analyzed } from './analyst.js';
export { analysisErrors } from './errors.js';
export { analysisLimits } from './limits.js';
export type * from './protocol.js';
