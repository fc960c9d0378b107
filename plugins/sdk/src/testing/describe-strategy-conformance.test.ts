import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ModuleStrategy } from '../contract/strategy.js';
import { defineModuleStrategy } from '../definition/define-strategy.js';
import { describeStrategyConformance, type ConformanceOptions } from './describe-strategy-conformance.js';

/** The example of the README. */
const strongest = defineModuleStrategy({
  id: 'strongest',
  title: 'Strongest adapter',
  description: 'Takes each module from the adapter of the greatest weight that has it.',
  references: [{ title: 'An example' }],
  needs: { minAdapters: 1, order: 'MATTERS' },
  spaces: ['DELTA', 'CORE'],
  options: z.object({ lambda: z.number().min(0).max(2).default(1).describe('Factor on the result.') }),
  fuseModule: ({ members, options }) => {
    const best = Math.max(...members.map(({ weight }) => weight));
    const first = members.findIndex(({ weight }) => weight === best);
    return { kind: 'combination', coefficients: members.map((_, i) => (i === first ? options.lambda : 0)) };
  },
});
const all = { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true };

describeStrategyConformance(strongest, { describe, it, expect }, { laws: all });

/** Runs the kit outside of the test runner, and returns the names of the laws that a strategy breaks. */
async function brokenLaws(strategy: ModuleStrategy, options: ConformanceOptions): Promise<readonly string[]> {
  const laws: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  const collect = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => laws.push({ name, body }),
    expect,
  };
  describeStrategyConformance(strategy, collect, options);
  const broken: string[] = [];
  for (const { name, body } of laws) await body().catch(() => broken.push(name));
  return broken;
}

const rule = (change: Partial<ModuleStrategy>): ModuleStrategy =>
  ({ ...strongest, spaces: ['DELTA'], needs: { minAdapters: 1, order: 'INVARIANT' }, ...change }) as ModuleStrategy;
const meanTimes =
  (factor: () => number): ModuleStrategy['fuseModule'] =>
  ({ members, weights }) => {
    const share = factor() / weights.reduce((sum, weight) => sum + weight, 0);
    return { kind: 'combination', coefficients: members.map(({ weight }) => share * weight) };
  };
const mean = meanTimes(() => 1);

describe('the conformance kit', () => {
  let calls = 0;
  it.each<[string, ModuleStrategy, string]>([
    [
      'that sums where it promises a mean',
      rule({
        fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(({ weight }) => weight) }),
      }),
      'gives back what all adapters are, where they are identical',
    ],
    [
      'that ignores weights',
      rule({
        fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(() => 1 / members.length) }),
      }),
      'gives the first adapter for weights [1, 0]',
    ],
    [
      'that looks at the order',
      rule({
        fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map((_, i) => (i === 0 ? 1 : 0)) }),
      }),
      'does not look at the order of the adapters',
    ],
    [
      'that draws of its own',
      rule({ fuseModule: meanTimes(() => 1 + (calls += 1) * 1e-3) }),
      'gives the same bytes again, leaves its inputs as they were, and no tensor behind',
    ],
    [
      'that leaks',
      rule({
        fuseModule: (input, state, context) => {
          tf.zeros([2]);
          return mean(input, state, context);
        },
      }),
      'gives the same bytes again, leaves its inputs as they were, and no tensor behind',
    ],
    [
      'that halves a single adapter',
      rule({
        fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(({ weight }) => weight / 2) }),
      }),
      'gives one adapter alone back',
    ],
    [
      'that goes by the backend',
      rule({ fuseModule: meanTimes(() => (tf.getBackend() === 'wasm' ? 2 : 1)) }),
      'gives the same on every backend, within rounding',
    ],
    [
      'that fails without a module',
      rule({
        fuseModule: (input, state, context) => {
          if (input.members.length < input.adapterCount) throw new Error('where is it?');
          return mean(input, state, context);
        },
      }),
      'takes a module that some adapters lack',
    ],
    [
      'of an option without a description',
      rule({ fuseModule: mean, options: z.object({ x: z.number().default(1) }) }),
      'is a valid definition with valid defaults, and refuses an unknown option',
    ],
  ])('catches a rule %s', async (_, strategy, law) => {
    expect(await brokenLaws(strategy, { laws: all })).toContain(law);
  });

  it('finds nothing wrong with a mean', async () => {
    expect(await brokenLaws(rule({ fuseModule: mean }), { laws: all })).toEqual([]);
  });
});
