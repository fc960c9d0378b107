import { definePlugin } from '@crucible/sdk';
import { dellaLinear } from './della-linear.js';
import { della } from './della.js';

export default definePlugin({ strategies: [della, dellaLinear] });
export { dellaLinear } from './della-linear.js';
export { della } from './della.js';
export { dellaErrors } from './errors.js';
