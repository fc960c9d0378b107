import { definePlugin } from '@crucible/sdk';
import { loraSoups } from './lora-soups-strategy.js';

export default definePlugin({ strategies: [loraSoups] });
export { loraSoupsErrors } from './errors.js';
export { loraSoups } from './lora-soups-strategy.js';
export { loraSoupsOptions, type LoraSoupsOptions } from './options.js';
