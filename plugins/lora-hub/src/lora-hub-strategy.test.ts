import { createKeyedRandom } from '@crucible/engine/random';
import { checkOptions, parseOptions, type FusionContext, type ObjectiveValue, type SearchOutcome } from '@crucible/sdk';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import plugin, { loraHub, type LoraHubOptions } from './index.js';
import { scoreObjective } from './objective-of.js';
import { loraHubLimits } from './options.js';

const optionsOf = (raw: Record<string, unknown>): LoraHubOptions => parseOptions(loraHub, raw) as LoraHubOptions;

/**
 * A loss with the shape of fusing: adapters that share a direction, so that their sum is steep and each alone is flat. The optimum without
 * penalty is `optimum`.
 */
const lossTo =
  (optimum: readonly number[]) =>
  (w: readonly number[]): number => {
    const e = w.map((x, i) => x - optimum[i]!);
    return e.reduce((sum, x) => sum + x * x, 0) + 0.5 * e.reduce((sum, x) => sum + x, 0) ** 2;
  };

interface Run {
  readonly options: Record<string, unknown>;
  readonly count: number;
  readonly loss: (w: readonly number[]) => number;
  readonly seed?: number;
  readonly weights?: readonly number[];
  readonly signal?: AbortSignal;
}
async function search({
  options,
  count,
  loss,
  seed = 0,
  weights,
  signal,
}: Run): Promise<SearchOutcome & { calls: number }> {
  let calls = 0;
  const evaluate = async (w: readonly number[]): Promise<ObjectiveValue> => {
    calls += 1;
    return { loss: loss(w), accuracy: 0.5, examples: 70 };
  };
  const context: FusionContext = {
    tf,
    seed,
    random: createKeyedRandom(seed),
    signal: signal ?? new AbortController().signal,
    log: () => undefined,
  };
  const input = { options: optionsOf(options), weights: weights ?? Array(count).fill(1) };
  const outcome = await loraHub.search(input, { adapterCount: count, examples: 70, evaluate }, context);
  return { ...outcome, calls };
}

const optimum = [0.3, 0.45, 0.2, 0.6, 0.35, 0.5, 0.25];

it('is a plugin with the one strategy that its manifest announces', () => {
  expect(plugin.strategies.map(({ id }) => id)).toEqual(['loraHub']);
});

describe('the search', () => {
  it.each(['ZERO', 'AVERAGE'])('recovers the coefficients of seven adapters from %s', async (start) => {
    const { coefficients } = await search({ options: { start, budget: 800, l1: 0 }, count: 7, loss: lossTo(optimum) });
    coefficients.forEach((w, i) => expect(Math.abs(w - optimum[i]!)).toBeLessThan(1e-3));
  });

  it.each([
    [40, 0.85],
    [120, 0.95],
  ])('with %d evaluations closes at least the share %d of the gap, over ten seeds', async (budget, share) => {
    const loss = lossTo(optimum);
    const gap = loss(Array(7).fill(0));
    for (let seed = 0; seed < 10; seed += 1) {
      const { trace } = await search({ options: { budget, l1: 0 }, count: 7, loss, seed });
      expect(1 - trace.at(-1)!.best / gap).toBeGreaterThan(share);
    }
  });

  it('returns the best that it saw; the trace holds every evaluation in order, its best never rises', async () => {
    const { coefficients, trace, calls } = await search({ options: {}, count: 7, loss: lossTo(optimum) });
    expect(calls).toBe(40);
    expect(trace.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    trace.forEach((step, i) => expect(step.best).toBe(Math.min(...trace.slice(0, i + 1).map((s) => s.objective))));
    const best = trace.find(({ objective }) => objective === trace.at(-1)!.best)!;
    expect(coefficients).toEqual(best.coefficients);
    expect(trace.flatMap((step) => step.coefficients).every((w) => Math.abs(w) <= 1.5)).toBe(true);
  });

  it('starts where it is told: at the base model, or at the weighted average', async () => {
    const firstOf = async (start: string): Promise<readonly number[]> => {
      const run = await search({ options: { start }, count: 2, loss: () => 1, weights: [1, 3] });
      return run.trace[0]!.coefficients;
    };
    expect(await firstOf('ZERO')).toEqual([0, 0]);
    expect(await firstOf('AVERAGE')).toEqual([0.5, 1.5]);
  });

  it('one seed gives one trace, bit for bit', async () => {
    const run: Run = { options: { budget: 50 }, count: 5, loss: lossTo(optimum.slice(0, 5)), seed: 7 };
    const [first, again, other] = [await search(run), await search(run), await search({ ...run, seed: 8 })];
    expect(again).toEqual(first);
    expect(other.trace).not.toEqual(first.trace);
  });

  it('stops between two evaluations when it is told to', async () => {
    const controller = new AbortController();
    let calls = 0;
    const loss = (): number => {
      calls += 1;
      if (calls === 5) controller.abort(new Error('enough'));
      return 1;
    };
    await expect(search({ options: {}, count: 3, loss, signal: controller.signal })).rejects.toThrow('enough');
    expect(calls).toBe(5);
  });

  it('ranks a loss that is not finite last, and refuses when there is no other', async () => {
    const loss = (w: readonly number[]): number => (w[0]! > 0.4 ? Number.NaN : (w[0]! - 0.35) ** 2);
    const { coefficients, trace } = await search({ options: { budget: 300, l1: 0 }, count: 1, loss });
    expect(coefficients[0]).toBeCloseTo(0.35, 2);
    expect(trace.every((step) => Number.isFinite(step.objective))).toBe(true);
    await expect(search({ options: {}, count: 2, loss: () => Number.NaN })).rejects.toMatchObject({
      code: 'LORA_HUB_NO_FINITE_LOSS',
    });
  });
});

describe('the objective', () => {
  const value: ObjectiveValue = { loss: 2, accuracy: 0, examples: 10 };

  it('is the mean loss plus l1 · mean|w|: 0.05 · mean|(1.5, -0.6, 0.25)| as in the reference', () => {
    const { penalty, objective } = scoreObjective(value, [1.5, -0.6, 0.25], optionsOf({}));
    // facts.l1Regularization of golden dare-free/lorahub-compose.
    expect(penalty).toBeCloseTo(0.03916666666666667, 15);
    expect(objective).toBe(2 + penalty);
  });

  it.each([
    [5, 0.4],
    [10, 0.2],
    [32, 0.2],
    [1, 2],
  ])('REFERENCE_DIVISION with batches of %d of 10 examples makes a loss of 2 count as %d', (compatBatchSize, loss) => {
    const options = optionsOf({ compat: 'REFERENCE_DIVISION', compatBatchSize });
    expect(scoreObjective(value, [0], options).loss).toBeCloseTo(loss, 15);
  });
});

it.each([
  [{ budget: 2 }, /budget/],
  [{ budget: loraHubLimits.budget + 1 }, /budget/],
  [{ shots: loraHubLimits.shots + 1 }, /shots/],
  [{ shots: 0 }, /shots/],
  [{ start: 'average' }, /start: got "average", expected ZERO, AVERAGE/],
  [{ bound: 0 }, /bound/],
  [{ steps: 40 }, /unknown option/],
])('refuses %j', (raw, message) => {
  const checked = checkOptions(loraHub, raw);
  expect(checked.ok ? '' : checked.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join()).toMatch(
    message,
  );
});
