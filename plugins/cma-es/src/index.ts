import { definePlugin } from '@crucible/sdk';
import { cmaEs } from './cma-es-strategy.js';

export default definePlugin({ strategies: [cmaEs] });
export { cmaEs } from './cma-es-strategy.js';
export { cmaEsErrors } from './errors.js';
export { cmaEsOptions, type CmaEsOptions } from './options.js';
