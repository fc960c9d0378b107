import { parseOptions } from '@crucible/sdk';
import { describe, expect, it } from 'vitest';
import { breadcrumbs, breadcrumbsTies } from './index.js';
import { maskOutliers } from './mask-outliers.js';
import { BREADCRUMBS_PRESETS, electPresets, linearPresets } from './presets.js';

const mask = (values: readonly number[], density: number, gamma: number, smallTensor: 'NONE' | 'TENSOR' = 'NONE') => [
  ...maskOutliers(Float32Array.from(values), { density, gamma, smallTensor }),
];

describe('what stays, by hand', () => {
  it.each<[string, readonly number[], number, number, readonly number[]]>([
    ['the middle', [1, -5, 3, -4, 2], 0.4, 0.2, [0, 0, 3, -4, 0]],
    ['all of it at density 1, whatever γ', [1, -5, 3, -4, 2], 1, 0.2, [1, -5, 3, -4, 2]],
    ['as many as density says, where γ would leave fewer', [1, -5, 3, -4, 2], 0.8, 0.6, [1, 0, 3, -4, 2]],
    ['the first of equals counts as the larger', [2, 2, 2, 2], 0.5, 0.25, [0, 2, 2, 0]],
    ['the largest, without γ', [1, -5, 3, -4, 2], 0.4, 0, [0, -5, 0, -4, 0]],
    ['nothing, of zeros', [0, 0, 0, 0], 0.5, 0.25, [0, 0, 0, 0]],
    ['nothing, where density keeps none', [1, 2, 3], 0.2, 0, [0, 0, 0]],
  ])('%s', (_, values, density, gamma, expected) => {
    expect(mask(values, density, gamma)).toEqual(expected);
  });

  it('a tensor of which γ is no entry loses nothing from the top, and in mergekit everything', () => {
    expect(mask([1, -5, 3], 0.7, 0.01)).toEqual([0, -5, 3]);
    expect(mask([1, -5, 3], 0.7, 0.01, 'TENSOR')).toEqual([0, 0, 0]);
  });
});

it.each(BREADCRUMBS_PRESETS)('%s fills every rule, and what is given wins', (preset) => {
  const common = { preset, density: 0.15, gamma: 0.007, lambda: 1 };
  expect(parseOptions(breadcrumbs, { preset })).toEqual({ ...common, ...linearPresets[preset] });
  expect(parseOptions(breadcrumbsTies, { preset })).toEqual({ ...common, ...electPresets[preset] });
  expect(parseOptions(breadcrumbs, { preset, normalize: true })).toMatchObject({ normalize: true });
});
