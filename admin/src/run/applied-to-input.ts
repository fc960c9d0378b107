import { appliedTypeOf, type Applied } from '../fuse/options-from-applied';
import type { FindStrategy } from '../fuse/options-to-input';

/** The options that a run used as `StrategyInput` takes them, each of them written out, so that a later default changes nothing. Nulls are left out: they stand for what was not given. */
export function appliedToInput(key: string, applied: Applied, find: FindStrategy): Readonly<Record<string, unknown>> {
  const wraps = find(key)?.wraps ?? [];
  const entries = Object.entries(applied)
    .filter(([name, value]) => name !== '__typename' && value !== null && value !== undefined)
    .map(([name, value]): readonly [string, unknown] => {
      const inner = name === 'rule' ? wraps.find((each) => appliedTypeOf(each.key) === typeOf(value)) : undefined;
      return [name, inner ? appliedToInput(inner.key, value as Applied, find) : plain(value)];
    });
  return { [key]: Object.fromEntries(entries) };
}

const typeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && '__typename' in value ? value.__typename : undefined;

/** Without names of types, and without nulls in objects. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => name !== '__typename' && each !== null)
      .map(([name, each]) => [name, plain(each)]),
  );
}
