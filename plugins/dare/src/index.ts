import { definePlugin } from '@crucible/sdk';
import { dareLinear } from './dare-linear.js';
import { dareTies } from './dare-ties.js';

export default definePlugin({ strategies: [dareLinear, dareTies] });
export { dareLinear } from './dare-linear.js';
export { dareTies } from './dare-ties.js';
