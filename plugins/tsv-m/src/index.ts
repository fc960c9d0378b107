import { definePlugin } from '@crucible/sdk';
import { tsvM } from './tsv-m-strategy.js';

export default definePlugin({ strategies: [tsvM] });
export { mergeTaskSingularVectors, type MergeTaskSingularVectorsOptions } from './merge-task-singular-vectors.js';
export { tsvMOptions, type TsvMOptions } from './options.js';
export { tsvM } from './tsv-m-strategy.js';
