export { randomErrors } from './errors.js';
export { createKeyedRandom, type KeyedRandom, type RandomKey } from './keyed-random.js';
export { philox4x32 } from './philox.js';
