import { definePlugin } from '@crucible/sdk';
import { loraHub } from './lora-hub-strategy.js';

export default definePlugin({ strategies: [loraHub] });
export { loraHubErrors } from './errors.js';
export { loraHub } from './lora-hub-strategy.js';
export { loraHubOptions, type LoraHubOptions } from './options.js';
