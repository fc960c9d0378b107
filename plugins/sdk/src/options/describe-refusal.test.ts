import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeRefusal } from './describe-refusal.js';

const said = (schema: z.ZodType, input: unknown): readonly string[] =>
  schema.safeParse(input, { error: describeRefusal }).error?.issues.map(({ message }) => message) ?? [];

describe('a refused value', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.number().max(1), 3, 'got 3, expected at most 1'],
    [z.number().min(0), -0.5, 'got -0.5, expected at least 0'],
    [z.number().gt(0), 0, 'got 0, expected more than 0'],
    [z.number().lt(1), 1, 'got 1, expected less than 1'],
    [z.number(), Number.NaN, 'got NaN, expected a finite number'],
    [z.number(), Number.POSITIVE_INFINITY, 'got Infinity, expected a finite number'],
    [z.number(), '3', 'got "3", expected a finite number'],
    [z.number(), null, 'got null, expected a finite number'],
    [z.number(), undefined, 'missing, expected a finite number'],
    [z.int(), 2.5, 'got 2.5, expected a whole number'],
    [z.number().multipleOf(2), 3, 'got 3, expected a multiple of 2'],
    [z.boolean(), 'x'.repeat(100), `got "${'x'.repeat(59)}…, expected true or false`],
    [z.string().max(3), 'four', 'got 4 characters, expected at most 3'],
    [z.array(z.number()).min(1), [], 'got 0 entries, expected at least 1'],
    [z.array(z.number()), { a: 1 }, 'got an object, expected a list'],
    [z.enum(['KEEP', 'DROP']), 'x', 'got "x", expected KEEP, DROP'],
    [z.strictObject({}), { a: 1 }, 'unknown: a'],
  ])('%# is told with what it is and what it may be', (schema, input, expected) => {
    expect(said(schema, input)).toEqual([expected]);
  });

  it('keeps the words of a rule that has its own', () => {
    expect(said(z.number().max(1, 'no share'), 3)).toEqual(['no share']);
    expect(
      said(
        z.number().refine(() => false, 'not today'),
        3,
      ),
    ).toEqual(['not today']);
  });
});
