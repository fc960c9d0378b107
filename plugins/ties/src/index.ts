import { definePlugin } from '@crucible/sdk';
import { ties } from './ties-strategy.js';

export default definePlugin({ strategies: [ties] });
export { tiesErrors } from './errors.js';
export { fuseTaskVectors } from './fuse-task-vectors.js';
export { tiesOptions, type TiesOptions } from './options.js';
export { presetRules, resolveOptions, TIES_PRESETS, type TiesPreset, type TiesRules } from './presets.js';
export { ties } from './ties-strategy.js';
