import { definePlugin } from '@crucible/sdk';
import { wudi } from './wudi-strategy.js';

export default definePlugin({ strategies: [wudi] });
export { interferenceOf, minimizeInterference } from './minimize-interference.js';
export { wudiOptions, type WudiOptions } from './options.js';
export { wudi } from './wudi-strategy.js';
