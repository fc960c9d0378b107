import { createKeyedRandom } from '@crucible/engine/random';
import { checkOptions, parseOptions, type FusionContext, type SearchObjective } from '@crucible/sdk';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import plugin, { loraSoups, loraSoupsErrors, type LoraSoupsOptions } from './index.js';

const optionsOf = (raw: Record<string, unknown>): LoraSoupsOptions => parseOptions(loraSoups, raw) as LoraSoupsOptions;
const context: FusionContext = {
  tf,
  seed: 0,
  random: createKeyedRandom(0),
  signal: new AbortController().signal,
  log: () => undefined,
};

/** A bowl whose bottom is at `optimum`, group by group. */
function bowl(optimum: readonly number[], adapters: number): { objective: SearchObjective; calls: () => number } {
  const lossAt = (c: readonly number[]): number => c.reduce((sum, x, i) => sum + (x - optimum[i]!) ** 2, 0.1);
  let calls = 0;
  const value = (c: readonly number[]) => {
    calls += 1;
    return { loss: lossAt(c), accuracy: 0.5, examples: 40 };
  };
  const objective: SearchObjective = {
    adapterCount: adapters,
    groupCount: optimum.length / adapters,
    examples: 40,
    evaluate: async (c) => value(c),
    gradient: async (c) => ({ ...value(c), gradient: c.map((x, i) => 2 * (x - optimum[i]!)) }),
  };
  return { objective, calls: () => calls };
}
const run = (raw: Record<string, unknown>, objective: SearchObjective, weights: readonly number[]) =>
  loraSoups.search({ options: optionsOf(raw), weights }, objective, context);

it('is a plugin with the one strategy that its manifest announces', () => {
  expect(plugin.strategies.map(({ id }) => id)).toEqual(['loraSoups']);
});

describe('the search', () => {
  const optimum = [0.2, 0.9, 1.4, -0.3, 0.6, 0.4];

  it.each(['AVERAGE', 'SUM'])('finds the coefficients of every group from %s', async (start) => {
    const { coefficients, trace } = await run({ start, steps: 1500 }, bowl(optimum, 3).objective, [1, 1, 1]);
    coefficients.forEach((c, i) => expect(Math.abs(c - optimum[i]!)).toBeLessThan(1e-3));
    expect(trace).toHaveLength(1500);
    expect(trace[0]!.coefficients).toEqual(Array(6).fill(start === 'SUM' ? 1 : 1 / 3));
  });

  // The minimum of Σ (c − o)² + (decay / n) Σ (c − c₀)² by hand.
  it('decay pulls to the start by as much as it says', async () => {
    const decay = 6;
    const { coefficients, trace } = await run({ decay, steps: 1500 }, bowl(optimum, 3).objective, [1, 1, 1]);
    const pull = decay / 6;
    coefficients.forEach((c, i) => expect(Math.abs(c - (optimum[i]! + pull / 3) / (1 + pull))).toBeLessThan(1e-3));
    trace.forEach(({ loss, penalty, objective }) => expect(Math.abs(objective - loss - penalty)).toBeLessThan(1e-12));
    expect(trace[0]!.penalty).toBe(0);
  });

  it('stays within its bound, asks for no more than it announced, and repeats to the bit', async () => {
    const { objective, calls } = bowl([5, -5], 2);
    const once = await run({ bound: 0.8 }, objective, [1, 1]);
    expect(once.coefficients).toEqual([0.8, -0.8]);
    expect(calls()).toBe(loraSoups.evaluations!(optionsOf({})));
    expect(await run({ bound: 0.8 }, objective, [1, 1])).toEqual(once);
  });

  it('says when there is no slope', async () => {
    const { gradient: _, ...flat } = bowl([0.5], 1).objective;
    await expect(run({}, flat, [1])).rejects.toMatchObject({ code: loraSoupsErrors.noSlope.entry.code });
  });
});

it.each([
  [{ shots: 1001 }],
  [{ steps: 10_001 }],
  [{ batchSize: 1025 }],
  [{ looks: 101 }],
  [{ bound: 0 }],
  [{ decay: -1 }],
])('refuses %j', (raw) => {
  expect(checkOptions(loraSoups, raw).ok).toBe(false);
});
