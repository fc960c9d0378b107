import { definePlugin } from '@crucible/sdk';
import { compressThenMerge } from './compress-then-merge-strategy.js';

export default definePlugin({ strategies: [compressThenMerge] });
export { compressThenMerge } from './compress-then-merge-strategy.js';
export { compressUpdates, type CompressedUpdates } from './compress-updates.js';
export { compressThenMergeOptions, type CompressThenMergeOptions } from './options.js';
