import { expect, it } from 'vitest';
import { normalQuantile } from './normal-quantile.js';
import { wilsonInterval } from './wilson-interval.js';

// Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3 (four decimals).
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('gives the published interval of %i of %i', (correct, n, low, high) => {
  const interval = wilsonInterval(correct, n);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
  expect(interval.confidence).toBe(0.95);
});

it('is mirrored by counting the wrong ones, and reaches its ends exactly', () => {
  const [right, wrong] = [wilsonInterval(37, 50, 0.9), wilsonInterval(13, 50, 0.9)];
  expect(right.low).toBeCloseTo(1 - wrong.high, 14);
  expect(right.high).toBeCloseTo(1 - wrong.low, 14);
  expect(wilsonInterval(0, 7).low).toBe(0);
  expect(wilsonInterval(7, 7).high).toBe(1);
});

it.each([
  [0, 0],
  [-1, 3],
  [4, 3],
  [0.5, 3],
])('refuses %f of %i', (correct, n) => {
  expect(() => wilsonInterval(correct, n)).toThrow(expect.objectContaining({ code: 'EVALUATION_COUNT_INVALID' }));
});

// Tables of the normal distribution.
it.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.995, 2.5758293035489],
  [0.001, -3.090232306167813],
])('knows the normal quantile of %f', (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 7);
});

it.each([0, 1, -0.1, Number.NaN])('refuses the quantile of %f', (p) => {
  expect(() => normalQuantile(p)).toThrow(expect.objectContaining({ code: 'EVALUATION_PROBABILITY_INVALID' }));
});
