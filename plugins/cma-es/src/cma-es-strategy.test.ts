import { createKeyedRandom } from '@crucible/engine/random';
import { checkOptions, parseOptions, type SearchObjective } from '@crucible/sdk';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import plugin, { cmaEs, cmaEsErrors, type CmaEsOptions } from './index.js';
import { roughness } from './roughness.js';

const optionsOf = (raw: Record<string, unknown>): CmaEsOptions => parseOptions(cmaEs, raw) as CmaEsOptions;

/** A bowl whose bottom is at `optimum`, group by group, with a direction that is shared and steep. */
function bowl(optimum: readonly number[], adapters: number): SearchObjective {
  return {
    adapterCount: adapters,
    groupCount: optimum.length / adapters,
    examples: 40,
    evaluate: async (c) => {
      const off = c.map((x, i) => x - optimum[i]!);
      const loss = off.reduce((sum, x) => sum + x * x, 0) + 0.5 * off.reduce((sum, x) => sum + x, 0) ** 2;
      return { loss, accuracy: 0.5, examples: 40 };
    },
  };
}
const run = (raw: Record<string, unknown>, objective: SearchObjective, weights: readonly number[], seed = 0) =>
  cmaEs.search({ options: optionsOf(raw), weights }, objective, {
    tf,
    seed,
    random: createKeyedRandom(seed),
    signal: new AbortController().signal,
    log: () => undefined,
  });

it('is a plugin with the one strategy that its manifest announces', () => {
  expect(plugin.strategies.map(({ id }) => id)).toEqual(['cmaEs']);
});

describe('the search', () => {
  const optimum = [0.2, 0.9, 1.2, -0.3, 0.6, 0.4];

  it.each(['AVERAGE', 'SUM', 'ZERO'])('finds the coefficients of every block from %s', async (start) => {
    const { coefficients } = await run({ start, budget: 1500 }, bowl(optimum, 2), [1, 1]);
    coefficients.forEach((c, i) => expect(Math.abs(c - optimum[i]!)).toBeLessThan(1e-3));
  });

  it('scores exactly its budget, the start first; the best never rises and is what it returns', async () => {
    const { coefficients, trace } = await run({ budget: 50 }, bowl(optimum, 2), [1, 0.5]);
    expect(trace.map(({ index }) => index)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(trace[0]!.coefficients).toEqual([0.5, 0.25, 0.5, 0.25, 0.5, 0.25]);
    trace.slice(1).forEach(({ best }, i) => expect(best).toBeLessThanOrEqual(trace[i]!.best));
    expect(trace.find(({ objective }) => objective === trace.at(-1)!.best)!.coefficients).toEqual(coefficients);
  });

  it('the same seed gives the same search, another gives another', async () => {
    const found = await run({ budget: 30 }, bowl(optimum, 2), [1, 1], 5);
    expect(await run({ budget: 30 }, bowl(optimum, 2), [1, 1], 5)).toEqual(found);
    expect((await run({ budget: 30 }, bowl(optimum, 2), [1, 1], 6)).coefficients).not.toEqual(found.coefficients);
  });

  it('smoothness without end makes the blocks equal', async () => {
    const options = { budget: 3000, smoothness: 100 };
    const { coefficients, trace } = await run(options, bowl([0.2, 0.4, 0.8], 1), [1]);
    expect(Math.max(...coefficients) - Math.min(...coefficients)).toBeLessThan(0.02);
    trace.forEach(({ loss, penalty, objective }) => expect(Math.abs(objective - loss - penalty)).toBeLessThan(1e-9));
  });

  it('a loss that is not finite ranks last; without any that is it says so', async () => {
    const good = bowl([0.5], 1);
    const patchy = {
      ...good,
      evaluate: async (c: readonly number[]) => ({
        ...(await good.evaluate(c)),
        ...(c[0]! > 0.9 && { loss: Number.NaN }),
      }),
    };
    const { coefficients } = await run({ start: 'SUM', budget: 300, sigma: 0.3 }, patchy, [1]);
    expect(coefficients[0]).toBeCloseTo(0.5, 3);
    const bad = { ...good, evaluate: async () => ({ loss: Infinity, accuracy: 0, examples: 1 }) };
    await expect(run({ budget: 5 }, bad, [1])).rejects.toMatchObject({ code: cmaEsErrors.noFiniteLoss.entry.code });
  });

  it('refuses more coefficients than a covariance can be learnt for', async () => {
    const many = { ...bowl([0], 1), adapterCount: 65, groupCount: 4 };
    await expect(run({}, many, Array(65).fill(1))).rejects.toMatchObject({
      code: cmaEsErrors.tooManyCoefficients.entry.code,
    });
  });
});

it.each([
  [[1, 2, 3], 3, 0],
  [[1, 2, 1, 2], 2, 0],
  [[0, 0, 1, 2], 2, 2.5],
  [[0, 1, 3], 1, 2.5],
])('roughness of %j for %d adapters is %d', (coefficients, adapters, expected) => {
  expect(roughness(coefficients, adapters)).toBe(expected);
});

it.each([[{ layerGroups: 0 }], [{ layerGroups: 65 }], [{ budget: 2 }], [{ budget: 10_001 }], [{ shots: 1001 }]])(
  'refuses %j',
  (raw) => {
    expect(checkOptions(cmaEs, raw).ok).toBe(false);
  },
);
