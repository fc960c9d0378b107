import { z } from 'zod';
import { ALONG, MERGE_OF } from './segments.js';

export const alongOption = () =>
  z
    .enum(ALONG)
    .describe(
      'What is one vector: the whole matrix, each row (what enters one output) or each column (what leaves one input) by itself.',
    )
    .default('TENSOR');

export const ofOption = () =>
  z
    .enum(MERGE_OF)
    .describe('What is merged: task vectors, or whole weights, which only fusions of full models have.')
    .default('TASK_VECTORS');
