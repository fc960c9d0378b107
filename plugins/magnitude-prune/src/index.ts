import { definePlugin } from '@crucible/sdk';
import { arceeFusion } from './arcee-fusion.js';
import { magnitudePrune } from './magnitude-prune.js';

export default definePlugin({ strategies: [magnitudePrune, arceeFusion] });
export { arceeFusion } from './arcee-fusion.js';
export { pruneErrors } from './errors.js';
export { magnitudePrune } from './magnitude-prune.js';
