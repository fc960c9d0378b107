import { definePlugin } from '@crucible/sdk';
import { adaMerging } from './adamerging-strategy.js';

export default definePlugin({ strategies: [adaMerging] });
export { adaMerging } from './adamerging-strategy.js';
export { adaMergingErrors } from './errors.js';
export { adaMergingOptions, type AdaMergingOptions } from './options.js';
