import { definePlugin } from '@crucible/sdk';
import { consensus } from './consensus.js';
import { ram, ramPlus } from './ram.js';

export default definePlugin({ strategies: [consensus, ram, ramPlus] });
export { consensus } from './consensus.js';
export { ram, ramPlus } from './ram.js';
