import { definePlugin } from '@crucible/sdk';
import { doMerging } from './do-merging-strategy.js';

export default definePlugin({ strategies: [doMerging] });
export { doMerging } from './do-merging-strategy.js';
export { doMergingOptions, type DoMergingOptions } from './options.js';
export { columnMagnitudes, inverseOf, meanMagnitudes, scaleUpdate } from './magnitudes.js';
