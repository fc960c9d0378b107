export { tokenizerErrors } from './errors.js';
export { tokenizerLimits } from './limits.js';
export { openTokenizer } from './open-tokenizer.js';
export type * from './tokenizer.js';
