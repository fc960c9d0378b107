import { definePlugin } from '@crucible/sdk';
import { knots } from './knots-strategy.js';

export default definePlugin({ strategies: [knots] });
export { alignUpdates, type AlignedUpdates } from './align-updates.js';
export { knots } from './knots-strategy.js';
export { knotsOptions, KNOTS_PRESETS, resolveKnots, type KnotsOptions } from './options.js';
