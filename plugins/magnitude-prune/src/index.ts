import { definePlugin } from '@crucible/sdk';
import { magnitudePrune } from './magnitude-prune.js';

export default definePlugin({ strategies: [magnitudePrune] });
export { magnitudePrune } from './magnitude-prune.js';
