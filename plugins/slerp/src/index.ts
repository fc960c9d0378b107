import { definePlugin } from '@crucible/sdk';
import { karcher } from './karcher.js';
import { multiSlerp } from './multi-slerp.js';
import { nearSwap } from './near-swap.js';
import { nuSlerp } from './nu-slerp.js';
import { slerp } from './slerp.js';

export default definePlugin({ strategies: [slerp, nuSlerp, multiSlerp, karcher, nearSwap] });
export { sphericalErrors } from './errors.js';
export { karcher } from './karcher.js';
export { multiSlerp } from './multi-slerp.js';
export { nearSwap } from './near-swap.js';
export { nuSlerp } from './nu-slerp.js';
export { slerp } from './slerp.js';
