import { definePlugin } from '@crucible/sdk';
import { regMean } from './regmean-strategy.js';

export default definePlugin({ strategies: [regMean] });
export { regMeanErrors } from './errors.js';
export { mergeByRegression, type RegressionItem, type RegressionSettings } from './merge-by-regression.js';
export { regMeanOptions, type RegMeanOptions } from './options.js';
export { regMean } from './regmean-strategy.js';
