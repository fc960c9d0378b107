import { expect, it } from 'vitest';
import { groupByDepth, groupByGranularity } from './index.js';

const modules = [
  'model.layers.0.mlp.up_proj',
  'model.layers.0.self_attn.q_proj',
  'model.layers.1.self_attn.q_proj',
  'model.layers.10.self_attn.q_proj',
  'model.layers.2.self_attn.q_proj',
  'visual_projection',
];

it.each([
  ['TASK', [0, 0, 0, 0, 0, 0]],
  ['LAYER', [0, 0, 1, 3, 2, 4]],
  ['MODULE', [0, 1, 2, 3, 4, 5]],
] as const)('%s', (granularity, groups) => {
  expect(groupByGranularity(modules, granularity)).toEqual(groups);
});

it.each([
  [1, [0, 0, 0, 0, 0, 0]],
  [2, [0, 0, 0, 1, 0, 1]],
  [3, [0, 0, 0, 1, 1, 2]],
  [99, [0, 0, 1, 3, 2, 4]],
])('%d blocks of neighbouring layers', (blocks, groups) => {
  expect(groupByDepth(modules, blocks)).toEqual(groups);
});

it('numbers within a part of a name are no depth', () => {
  expect(groupByDepth(['fc1', 'h.3.fc2', 'h.1.fc1'], 9)).toEqual([2, 1, 0]);
});
