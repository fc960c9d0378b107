import type { OptionDescription } from './option-description';
import { isTable } from './option-state';
import { appliedTypeOf } from './options-from-applied';
import type { FindStrategy } from './options-to-input';

/** The options of a strategy that a run used, as a selection of `FusionRun.options`; of a wrapper also `rule`, as deep as the strategies named. */
export function appliedSelection(keys: readonly string[], find: FindStrategy): string {
  const [key, ...inner] = keys;
  if (key === undefined) return '{ __typename }';
  const strategy = find(key);
  const rule = strategy && strategy.wraps.length > 0 ? [`rule ${appliedSelection(inner, find)}`] : [];
  const fields = ['__typename', ...(strategy?.options ?? []).map(fieldSelection), ...rule];
  return `{ ... on ${appliedTypeOf(key)} { ${fields.join(' ')} } }`;
}

function fieldSelection(option: OptionDescription): string {
  const nested = isTable(option) || option.type === 'OBJECT' ? (option.fields ?? []) : [];
  return nested.length === 0 ? option.name : `${option.name} { ${nested.map(fieldSelection).join(' ')} }`;
}
