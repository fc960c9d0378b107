import { checkOptions, describeOptions, parseOptions } from '@crucible/sdk';
import { describe, expect, it } from 'vitest';
import plugin, { ties, tiesOptions } from './index.js';
import { MOST_DENSITIES } from './options.js';
import { presetRules, TIES_PRESETS } from './presets.js';

const messagesOf = (raw: unknown): string => {
  const checked = checkOptions(ties, raw);
  return checked.ok ? '' : checked.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
};

it('is a plugin with the one strategy that its manifest announces', () => {
  expect(plugin.strategies.map(({ id }) => id)).toEqual(['ties']);
});

describe('presets', () => {
  it.each(TIES_PRESETS)('%s fills every rule, and the filled rules are what is recorded', (preset) => {
    const parsed = parseOptions(ties, { preset });
    expect(parsed).toEqual({ preset, density: 0.2, lambda: 1, ...presetRules[preset] });
  });

  it('an option that is given wins over the preset', () => {
    expect(parseOptions(ties, { preset: 'PEFT', trimScope: 'GLOBAL', merge: 'MAX' })).toMatchObject({
      ...presetRules.PEFT,
      trimScope: 'GLOBAL',
      merge: 'MAX',
    });
  });

  it('resolving what was resolved changes nothing', () => {
    const once = parseOptions(ties, { preset: 'MERGEKIT', densities: [0.5, 1] });
    expect(parseOptions(ties, once)).toEqual(once);
  });

  it('no two presets are the same', () => {
    const texts = TIES_PRESETS.map((preset) => JSON.stringify(presetRules[preset]));
    expect(new Set(texts).size).toBe(TIES_PRESETS.length);
  });
});

describe('what is refused, and what the message says to do', () => {
  it.each([
    [{ density: 3 }, /density: density 3 is no share.*to keep 3 %, give 0\.03/],
    [{ density: 20 }, /give 0\.2$/],
    [{ density: 0 }, /density 0 keeps nothing; give a share above 0/],
    [{ density: -0.1 }, /density -0\.1 keeps nothing/],
    [{ density: Number.NaN }, /a density is a number above 0 and at most 1/],
    [{ density: '0.2' }, /a density is a number/],
    [{ densities: [0.2, 2] }, /densities\.1: density 2 is no share/],
    [{ densities: [] }, /densities/],
    [{ densities: Array(MOST_DENSITIES + 1).fill(1) }, /densities/],
    [{ merge: 'mean' }, /expected MEAN, SUM, MAX/],
    [{ lamda: 1 }, /unknown option; there are preset, density, densities, lambda/],
  ])('%j', (raw, message) => {
    expect(messagesOf(raw)).toMatch(message);
  });

  it('takes density 1, which keeps all', () => {
    expect(messagesOf({ density: 1 })).toBe('');
  });
});

it('every option has a type and a description that a GraphQL input and a form can show', () => {
  const options = describeOptions(tiesOptions);
  expect(options.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'preset ENUM',
    'density FLOAT',
    'densities LIST',
    'lambda FLOAT',
    'trimScope ENUM',
    'trimCount ENUM',
    'whenNothingKept ENUM',
    'signRule ENUM',
    'weighting ENUM',
    'zeroSign ENUM',
    'merge ENUM',
    'divisor ENUM',
  ]);
  expect(options.filter(({ description }) => description.length < 10)).toEqual([]);
});
