import { createKeyedRandom } from '@crucible/engine/random';
import { checkOptions, parseOptions, type FusionContext, type SearchObjective } from '@crucible/sdk';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import plugin, { adaMerging, adaMergingErrors, type AdaMergingOptions } from './index.js';

const optionsOf = (raw: Record<string, unknown>): AdaMergingOptions =>
  parseOptions(adaMerging, raw) as AdaMergingOptions;
const context: FusionContext = {
  tf,
  seed: 0,
  random: createKeyedRandom(0),
  signal: new AbortController().signal,
  log: () => undefined,
};

/** A bowl whose bottom is at `optimum`, group by group; a batch sees it through a slope that is off by noise. */
function bowl(optimum: readonly number[], adapters: number, noise = 0) {
  const lossAt = (c: readonly number[]): number => c.reduce((sum, x, i) => sum + (x - optimum[i]!) ** 2, 0.1);
  const random = createKeyedRandom(2);
  const seen = { evaluations: 0, steps: [] as number[] };
  const objective: SearchObjective = {
    adapterCount: adapters,
    groupCount: optimum.length / adapters,
    examples: 40,
    evaluate: async (c) => {
      seen.evaluations += 1;
      return { loss: lossAt(c), accuracy: 0.5, examples: 40 };
    },
    gradient: async (c, step) => {
      seen.steps.push(step);
      const draws = random.normal(['noise', step], c.length);
      const gradient = c.map((x, i) => 2 * (x - optimum[i]!) + noise * draws[i]!);
      return { loss: lossAt(c), accuracy: 0.5, examples: 8, gradient };
    },
  };
  return { objective, seen };
}
const run = (raw: Record<string, unknown>, objective: SearchObjective, weights: readonly number[]) =>
  adaMerging.search({ options: optionsOf(raw), weights }, objective, context);

it('is a plugin with the one strategy that its manifest announces', () => {
  expect(plugin.strategies.map(({ id }) => id)).toEqual(['adaMerging']);
});

describe('the search', () => {
  const optimum = [0.2, 0.9, 0.5, 0.1, 0.6, 0.4];

  it('finds the coefficients of every group, and traces each step', async () => {
    const { objective, seen } = bowl(optimum, 3);
    const { coefficients, trace } = await run({ steps: 800 }, objective, [1, 1, 1]);
    coefficients.forEach((c, i) => expect(Math.abs(c - optimum[i]!)).toBeLessThan(1e-3));
    expect(seen.steps).toEqual(Array.from({ length: 800 }, (_, step) => step));
    expect(trace.map(({ index }) => index)).toEqual(seen.steps);
    expect(trace[0]!.coefficients).toEqual(Array(6).fill(0.3));
    for (const { loss, objective: total, penalty } of trace) expect([total, penalty]).toEqual([loss, 0]);
    trace.slice(1).forEach(({ best }, i) => expect(best).toBeLessThanOrEqual(trace[i]!.best));
  });

  it('starts at init times weight, and stays within its bounds', async () => {
    const { objective } = bowl([2, -2], 2);
    const { coefficients, trace } = await run({ init: 0.2, lowest: -0.5, highest: 0.7 }, objective, [2, 0.5]);
    expect(trace[0]!.coefficients).toEqual([0.4, 0.1]);
    expect(coefficients).toEqual([0.7, -0.5]);
  });

  it('is never less sure than where it started', async () => {
    const { objective } = bowl([0.3, 0.3], 2, 100);
    const { coefficients } = await run({ learningRate: 0.5, steps: 5 }, objective, [1, 1]);
    expect(coefficients).toEqual([0.3, 0.3]);
  });

  it.each([
    [200, 4],
    [3, 10],
  ])('asks for no more than it announced (%d steps, %d looks)', async (steps, looks) => {
    const { objective, seen } = bowl([0.5], 1);
    await run({ steps, looks }, objective, [1]);
    expect(seen.evaluations + seen.steps.length).toBe(adaMerging.evaluations!(optionsOf({ steps, looks })));
  });

  it('repeats to the bit', async () => {
    const once = await run({ steps: 20 }, bowl(optimum, 3, 1).objective, [1, 1, 1]);
    expect(await run({ steps: 20 }, bowl(optimum, 3, 1).objective, [1, 1, 1])).toEqual(once);
  });

  it('says what it lacks', async () => {
    const { objective } = bowl([0.5], 1);
    const { gradient: _, ...flat } = objective;
    await expect(run({}, flat, [1])).rejects.toMatchObject({ code: adaMergingErrors.noSlope.entry.code });
    await expect(run({ lowest: 1, highest: 0 }, objective, [1])).rejects.toMatchObject({
      code: adaMergingErrors.boundsCrossed.entry.code,
    });
  });
});

it('groups modules as it is told', () => {
  const modules = ['layers.0.k_proj', 'layers.0.v_proj', 'layers.1.v_proj'];
  const of = (granularity: string) => adaMerging.groups!(modules, optionsOf({ granularity }));
  expect([of('TASK'), of('LAYER'), of('MODULE')]).toEqual([
    [0, 0, 0],
    [0, 0, 1],
    [0, 1, 2],
  ]);
});

it.each([
  [{ shots: 0 }],
  [{ steps: 10_001 }],
  [{ batchSize: 1025 }],
  [{ shots: 10_001 }],
  [{ looks: 101 }],
  [{ learningRate: 0 }],
  [{ granularity: 'HEAD' }],
])('refuses %j', (raw) => {
  expect(checkOptions(adaMerging, raw).ok).toBe(false);
});
