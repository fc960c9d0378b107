import { describe, expect, it } from 'vitest';
import { checkDensities } from './check-densities.js';
import { tiesOptions } from './options.js';

describe('a list of densities', () => {
  it.each([
    ['left out', {}, []],
    ['one for each adapter', { densities: [0.1, 0.2, 0.3] }, []],
    ['one short', { densities: [0.1, 0.2] }, ['densities: got 2 densities for 3 adapters']],
    ['one too many', { densities: [0.1, 0.2, 0.3, 0.4] }, ['densities: got 4 densities for 3 adapters']],
  ])('%s is checked before a run is queued', (_, options, expected) => {
    const issues = checkDensities(tiesOptions.parse(options), { adapterCount: 3, baseWeights: false });
    expect(issues.map(({ path, message }) => `${path.join('.')}: ${message.split(';')[0]!}`)).toEqual(expected);
  });
});
