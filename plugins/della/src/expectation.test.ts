import { createKeyedRandom } from '@crucible/engine/random';
import { parseOptions } from '@crucible/sdk';
import { fuseMatrices } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { della, dellaLinear } from './index.js';
import { keepProbabilities } from './keep-probabilities.js';
import { DELLA_PRESETS, electPresets, linearPresets } from './presets.js';

const shape = { rows: 24, columns: 16 };
const values = createKeyedRandom(5).normal(['values'], shape.rows * shape.columns);

it('over many seeds has its input as its expectation, to five standard errors', async () => {
  const options = { density: 0.4, epsilon: 0.3 };
  const modules = new Map([['layer', [{ ...shape, data: values }]]]);
  const seeds = 400;
  const sums = new Float64Array(values.length);
  for (let seed = 0; seed < seeds; seed += 1) {
    const [out] = (await fuseMatrices({ strategy: dellaLinear, options, modules, seed })).get('layer')!;
    out!.forEach((value, i) => (sums[i]! += value));
  }
  const probabilities = keepProbabilities(values, shape, { ...options, window: 'FULL' });
  // x/p times a Bernoulli variable has the variance x²(1 - p)/p; squared z-scores are chi-squared with one degree of freedom each.
  const chiSquared = sums.reduce((sum, total, i) => {
    const [x, p] = [values[i]!, probabilities[i]!];
    return sum + (total / seeds - x) ** 2 / ((x ** 2 * (1 - p)) / p / seeds);
  }, 0);
  expect(Math.abs(chiSquared - values.length)).toBeLessThan(5 * Math.sqrt(2 * values.length));
});

it.each(DELLA_PRESETS)('%s fills every rule, and what is given wins', (preset) => {
  const common = { preset, density: 0.5, epsilon: 0.15, lambda: 1 };
  expect(parseOptions(dellaLinear, { preset })).toEqual({ ...common, ...linearPresets[preset] });
  expect(parseOptions(della, { preset })).toEqual({ ...common, ...electPresets[preset] });
  expect(parseOptions(della, { preset, window: 'HALF' })).toMatchObject({ window: 'HALF' });
});
