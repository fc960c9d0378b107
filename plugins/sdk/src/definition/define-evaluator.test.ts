import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Evaluator } from '../contract/evaluator.js';
import { defineEvaluator } from './define-evaluator.js';
import { definePlugin } from './define-plugin.js';

const parrot = defineEvaluator({
  id: 'parrot',
  title: 'Parrot',
  description: 'Says what it hears.',
  references: [{ title: 'Psittacus' }],
  options: z.object({ times: z.int().min(1).default(1).describe('How often') }),
  answers: ['GENERATE'],
  describeModel: ({ times }) => `a parrot, ${times} times`,
  evaluate: async ({ inputs }, { options }) => ({
    kind: 'GENERATE',
    texts: inputs.map((input) => input.repeat(options.times)),
  }),
});

describe('a plugin of evaluators', () => {
  it('is a plugin, without a strategy', () => {
    expect(definePlugin({ evaluators: [parrot] })).toMatchObject({ strategies: [], evaluators: [{ id: 'parrot' }] });
    expect(Object.isFrozen(parrot)).toBe(true);
  });

  it.each<[string, Partial<Evaluator>, string]>([
    ['an id that is no field name', { id: 'Parrot' }, 'camelCase'],
    ['no title', { title: ' ' }, 'no title'],
    ['no reference', { references: [] }, 'no reference'],
    ['nothing that it answers', { answers: [] }, 'one or more of GENERATE'],
    ['an answer that nobody knows', { answers: ['SING' as never] }, 'one or more of GENERATE'],
    ['no evaluate', { evaluate: undefined as never }, 'no evaluate'],
    ['options that are no object', { options: z.string() as never }, 'not a zod object'],
    ['an option without a description', { options: z.object({ x: z.int().default(1) }) as never }, 'no description'],
    ['an option without a default', { options: z.object({ x: z.int().describe('x') }) as never }, 'no default'],
  ])('is refused with %s', (_, change, problem) => {
    const changed = { ...parrot, ...change } as Evaluator;
    expect(() => definePlugin({ evaluators: [changed] })).toThrow(problem);
  });

  it('is refused where it defines one evaluator twice, or nothing', () => {
    expect(() => definePlugin({ evaluators: [parrot, parrot] })).toThrow('the evaluator "parrot" twice');
    expect(() => definePlugin({})).toThrow('neither a strategy nor an adapter method nor an evaluator');
  });
});
