import { definePlugin } from '@crucible/sdk';
import { fisher } from './fisher-strategy.js';

export default definePlugin({ strategies: [fisher] });
export { fisherErrors } from './errors.js';
export { fisher } from './fisher-strategy.js';
export { fisherOptions, type FisherOptions } from './options.js';
export { weighByFisher, type WeighedItem } from './weigh-by-fisher.js';
