import { definePlugin } from '@crucible/sdk';
import { consensus } from './consensus.js';

export default definePlugin({ strategies: [consensus] });
export { consensus } from './consensus.js';
