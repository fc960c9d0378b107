import { describe, expect, it } from 'vitest';
import { heatOf } from './heat';

describe('the colour of a cell', () => {
  it.each([
    ['a score of 1', heatOf(1, 'score', undefined), 'color-mix(in srgb, #2563eb 38.0%, transparent)'],
    ['a loss', heatOf(-0.1, 'difference', true), 'color-mix(in srgb, #ea580c 20.0%, transparent)'],
    ['a gain beyond the scale', heatOf(0.9, 'difference', true), 'color-mix(in srgb, #2563eb 40.0%, transparent)'],
    ['half of the specialist', heatOf(0.5, 'share', true), 'color-mix(in srgb, #ea580c 40.0%, transparent)'],
    ['a difference that is not significant', heatOf(-0.1, 'difference', false), undefined],
    ['what is missing', heatOf(undefined, 'score', undefined), undefined],
  ])('of %s', (_what, got, expected) => {
    expect(got).toBe(expected);
  });
});
