import { definePlugin } from '@crucible/sdk';
import { loraHub } from './lora-hub-strategy.js';

export default definePlugin({ strategies: [loraHub] });
export { CmaEs } from './cma-es.js';
export { loraHubErrors } from './errors.js';
export { loraHub } from './lora-hub-strategy.js';
export { loraHubOptions, type LoraHubOptions } from './options.js';
export { searchCoefficients, type SearchSettings } from './search-coefficients.js';
