import { definePlugin } from '@crucible/sdk';
import { loraLego } from './lora-lego-strategy.js';

export default definePlugin({ strategies: [loraLego] });
export { assembleUnits } from './assemble-units.js';
export { clusterUnits, type Clusters } from './cluster-units.js';
export { collectUnits, type UnitPool } from './collect-units.js';
export { loraLegoOptions, type LoraLegoOptions } from './options.js';
export { loraLego } from './lora-lego-strategy.js';
