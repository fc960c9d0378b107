import { describe, expect, it } from 'vitest';

interface Change {
  readonly severity: string;
  readonly type: string;
  readonly description: string;
}
interface Declared {
  readonly change: string;
  readonly reason: string;
}
const { findChanges, judge } = (await import(new URL('../../../tools/check-schema.js', import.meta.url).href)) as {
  findChanges: (released: string, current: string) => readonly Change[];
  judge: (
    changes: readonly Change[],
    declared: readonly Declared[],
  ) => Record<'undeclared' | 'needless' | 'unexplained', readonly unknown[]>;
};

const released = `type Query { a(first: Int): A b: Int } type A { x: Int! y: E } enum E { ONE TWO } union U = A
  input I { n: Int }`;

describe('the check of the contract', () => {
  it.each([
    ['nothing', released, []],
    ['a field added', released.replace('b: Int', 'b: Int c: Int'), []],
    ['a description', released.replace('type Query', '"All." type Query'), []],
    ['an optional input added', released.replace('n: Int', 'n: Int m: Int'), []],
    ['a union member added', `${released} type B { z: Int }`.replace('union U = A', 'union U = A | B'), []],
    ['a field removed', released.replace('b: Int', ''), ['breaking FIELD_REMOVED']],
    ['a field made nullable', released.replace('x: Int!', 'x: Int'), ['breaking FIELD_CHANGED_KIND']],
    ['a required input added', released.replace('n: Int', 'n: Int m: Int!'), ['breaking REQUIRED_INPUT_FIELD_ADDED']],
    ['an enum value removed', released.replace('TWO', ''), ['breaking VALUE_REMOVED_FROM_ENUM']],
    ['an enum value added', released.replace('TWO', 'TWO THREE'), ['dangerous VALUE_ADDED_TO_ENUM']],
    ['a default changed', released.replace('first: Int', 'first: Int = 5'), []],
  ])('finds in %s what clients notice', (_title, current, expected) => {
    expect(findChanges(released, current).map(({ severity, type }) => `${severity} ${type}`)).toEqual(expected);
  });

  it('accepts what is declared with a reason, and nothing else', () => {
    const changes = findChanges(released, released.replace('b: Int', ''));
    expect(judge(changes, []).undeclared.length).toBe(1);
    const change = changes[0]!.description;
    const clean = { undeclared: [], needless: [], unexplained: [] };
    expect(judge(changes, [{ change, reason: 'nobody could use it: it was always null' }])).toEqual(clean);
    expect(judge(changes, [{ change, reason: '' }]).unexplained.length).toBe(1);
    expect(judge([], [{ change, reason: 'it was taken back' }]).needless.length).toBe(1);
  });
});
