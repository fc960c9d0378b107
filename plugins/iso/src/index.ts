import { definePlugin } from '@crucible/sdk';
import { isoC } from './iso-c-strategy.js';
import { isoCts } from './iso-cts-strategy.js';

export default definePlugin({ strategies: [isoC, isoCts] });
export { isoC } from './iso-c-strategy.js';
export { isoCts } from './iso-cts-strategy.js';
export { mergeCommonAndTaskSpaces, splitOfSpace } from './merge-common-and-task-spaces.js';
export { mergeIsotropic } from './merge-isotropic.js';
export { isoCOptions, isoCtsOptions, type IsoCOptions, type IsoCtsOptions } from './options.js';
