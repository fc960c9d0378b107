import type { OptionDescription } from './option-description';
import type { Entry, Fields, StrategyState } from './option-state';
import type { FindStrategy } from './options-to-input';

export type Applied = Readonly<Record<string, unknown>>;

/** The options of a run as a form would hold them. Fields at their defaults stay empty; so what comes out again is the same run. */
export function optionsFromApplied(key: string, applied: Applied, find: FindStrategy): StrategyState {
  const strategy = find(key);
  const options = fieldsFrom(strategy?.options ?? [], applied);
  const rule = isApplied(applied.rule) ? applied.rule : undefined;
  const inner = rule ? strategy?.wraps.find((wrapped) => appliedTypeOf(wrapped.key) === rule.__typename) : undefined;
  return { key, options, rule: rule && inner ? optionsFromApplied(inner.key, rule, find) : null };
}

/** Type of the options of a strategy as a run used them: `AppliedTiesOptions` for `ties`. */
export const appliedTypeOf = (key: string): string => `Applied${key.charAt(0).toUpperCase()}${key.slice(1)}Options`;

function fieldsFrom(options: readonly OptionDescription[], applied: Applied): Fields {
  const fields: Record<string, Entry> = {};
  for (const option of options) {
    const entry = entryOf(option, applied[option.name]);
    if (entry !== undefined) fields[option.name] = entry;
  }
  return fields;
}

function entryOf(option: OptionDescription, value: unknown): Entry | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    if (option.itemType === 'OBJECT') return value.filter(isApplied).map((row) => fieldsFrom(option.fields ?? [], row));
    const items = value.map(String);
    return `[${items.join(', ')}]` === option.default ? undefined : items.join('; ');
  }
  if (isApplied(value)) return fieldsFrom(option.fields ?? [], value);
  const text = String(value);
  return text === option.default || Number(text) === Number(option.default ?? Number.NaN) ? undefined : text;
}

const isApplied = (value: unknown): value is Applied =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
