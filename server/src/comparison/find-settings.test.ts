import { expect, it } from 'vitest';
import { flattenOptions } from './find-settings.js';

it.each([
  [{ lambda: 0.3, rescale: true }, ['lambda=0.3', 'rescale=true']],
  [{ rule: { density: 0.2, inner: { sign: 'MASS' } } }, ['rule.density=0.2', 'rule.inner.sign=MASS']],
  [{ schedules: [], base: null, weights: [1, 2] }, ['weights=[1,2]']],
  [{ seed: 3, nested: { seed: 4 } }, ['options.seed=3', 'nested.seed=4']],
])('flattens %j', (options, expected) => {
  expect(flattenOptions(options).map(({ name, value }) => `${name}=${value}`)).toEqual(expected);
});
