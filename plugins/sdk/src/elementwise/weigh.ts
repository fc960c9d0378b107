import { makeEntries } from './make-entries.js';
import type { MemberEntries } from './merge-entries.js';

/** Task vectors times their adapters' weights, for rules in which a weight is a factor on the whole vector; weight 1 is lent on without a copy. */
export function weigh(entries: readonly MemberEntries<unknown>[]): readonly Float32Array[] {
  return entries.map(({ member: { weight }, values }) =>
    weight === 1 ? values : makeEntries(values.length, (i) => weight * values[i]!),
  );
}
