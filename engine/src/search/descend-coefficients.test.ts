import { createKeyedRandom } from '../random/index.js';
import { describe, expect, it } from 'vitest';
import { descendCoefficients, searchErrors, type DescentSettings } from './index.js';

const CURVES = [1, 10, 0.3];
const OPTIMUM = [0.4, 0.7, 0.2];
const lossAt = (point: readonly number[]): number =>
  point.reduce((sum, x, i) => sum + CURVES[i]! * (x - OPTIMUM[i]!) ** 2, 0);
const random = createKeyedRandom(1);

const settings: DescentSettings = {
  start: [0.3, 0.3, 0.3],
  learningRate: 0.02,
  steps: 300,
  lowest: 0,
  highest: 1,
  looks: 4,
  signal: new AbortController().signal,
};

/** Batches whose slopes are off by noise, as those of few examples are. */
function descend(change: Partial<DescentSettings> = {}, noise = 0) {
  const looked: (readonly number[])[] = [];
  const descent = descendCoefficients(
    {
      evaluate: async (point) => {
        looked.push(point);
        return lossAt(point);
      },
      slope: async (point, step) => {
        const draws = random.normal(['noise', step], point.length);
        return {
          loss: lossAt(point),
          gradient: point.map((x, i) => 2 * CURVES[i]! * (x - OPTIMUM[i]!) + noise * draws[i]!),
        };
      },
    },
    { ...settings, ...change },
  );
  return { descent, looked };
}

describe('descending coefficients', () => {
  it.each([
    [0, 1e-3],
    [0.5, 0.08],
  ])('finds the minimum of a quadratic, slopes off by %d, to %d', async (noise, tolerance) => {
    const { best } = await descend({ steps: 1500 }, noise).descent;
    best.point.forEach((x, i) => expect(Math.abs(x - OPTIMUM[i]!)).toBeLessThan(tolerance));
  });

  it('stays within its bounds, also from outside, and finds a minimum on them', async () => {
    const { best, steps } = await descend({ start: [3, -3, 3], highest: 0.5 }).descent;
    for (const { point } of steps) for (const x of point) expect(x >= 0 && x <= 0.5).toBe(true);
    expect(best.point[1]).toBe(0.5);
  });

  it.each([
    [300, 4, 5],
    [300, 1, 2],
    [2, 4, 3],
    [7, 7, 8],
    [0, 3, 1],
  ])('in %d steps with %d looks, looks %d times at all examples', async (steps, looks, expected) => {
    const { descent, looked } = descend({ steps, looks });
    const { steps: taken, first } = await descent;
    expect(taken).toHaveLength(steps);
    expect(looked).toHaveLength(expected);
    expect(looked[0]).toEqual(settings.start);
    expect(first.value).toBe(lossAt(settings.start));
  });

  it('is never worse than its start, by what all examples say', async () => {
    const { best, first, steps } = await descend({ start: OPTIMUM, learningRate: 0.3, steps: 10 }, 5).descent;
    expect(best).toEqual(first);
    expect(best.point).toEqual(OPTIMUM);
    expect(steps.every((step) => step.best === 0)).toBe(true);
  });

  it('repeats to the bit', async () => {
    expect(await descend({}, 1).descent).toEqual(await descend({}, 1).descent);
  });

  it('refuses slopes that are not finite or do not fit, and hears an abort', async () => {
    const run = (gradient: readonly number[], signal = settings.signal) =>
      descendCoefficients(
        { evaluate: async () => 1, slope: async () => ({ loss: 1, gradient }) },
        { ...settings, signal },
      );
    await expect(run([1, Number.NaN, 1])).rejects.toMatchObject({ code: searchErrors.slopeNotFinite.entry.code });
    await expect(run([1, 1])).rejects.toMatchObject({ code: searchErrors.slopeMismatched.entry.code });
    await expect(run([1, 1, 1], AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});
