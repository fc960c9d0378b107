import type { OptionDescription, StrategyForm } from './option-description';
import { fieldsOf, isTable, rowsOf, textOf, type Entry, type Fields, type StrategyState } from './option-state';
import { parseList, parseScalar, type Parsed, type Wrong } from './parse-entry';

/** What is wrong, by the path of its field, such as `options.schedules.0.values`: the path that the API uses for the same field. */
export type WrongByPath = ReadonlyMap<string, Wrong>;

export interface OptionsInput {
  readonly value: Readonly<Record<string, unknown>>;
  readonly wrong: WrongByPath;
}

export type FindStrategy = (key: string) => StrategyForm | undefined;

/** The options as the API takes them: what was left out stays left out, so that its default, or a preset, decides. */
export function optionsToInput(state: StrategyState, find: FindStrategy, path = 'options'): OptionsInput {
  const wrong = new Map<string, Wrong>();
  const strategy = find(state.key);
  const value = fieldsToInput(strategy?.options ?? [], state.options, path, wrong);
  if (!state.rule || !strategy?.wraps.some(({ key }) => key === state.rule?.key)) return { value, wrong };
  const { key } = state.rule;
  const inner = optionsToInput(state.rule, find, `${path}.rule.${key}`);
  return { value: { ...value, rule: { [key]: inner.value } }, wrong: new Map([...wrong, ...inner.wrong]) };
}

function fieldsToInput(
  options: readonly OptionDescription[],
  fields: Fields,
  path: string,
  wrong: Map<string, Wrong>,
): Readonly<Record<string, unknown>> {
  const input: Record<string, unknown> = {};
  for (const option of options) {
    const place = `${path}.${option.name}`;
    const parsed = parseEntry(option, fields[option.name], place, wrong);
    if (parsed === undefined) {
      if (option.required) wrong.set(place, { key: 'required' });
    } else if ('wrong' in parsed) wrong.set(place, parsed.wrong);
    else input[option.name] = parsed.value;
  }
  return input;
}

/** Undefined where nothing was typed. */
function parseEntry(
  option: OptionDescription,
  entry: Entry | undefined,
  path: string,
  wrong: Map<string, Wrong>,
): Parsed | undefined {
  const nested = option.fields ?? [];
  if (isTable(option)) {
    const rows = rowsOf(entry);
    if (rows.length === 0) return undefined;
    return { value: rows.map((row, index) => fieldsToInput(nested, row, `${path}.${index}`, wrong)) };
  }
  if (option.type === 'OBJECT') {
    const fields = fieldsOf(entry);
    if (!hasText(fields)) return undefined;
    return { value: fieldsToInput(nested, fields, path, wrong) };
  }
  const text = textOf(entry);
  if (text.trim() === '') return undefined;
  return option.type === 'LIST' ? parseList(text, option) : parseScalar(text.trim(), option.type, option);
}

const hasText = (entry: Entry): boolean =>
  typeof entry === 'string' ? entry.trim() !== '' : Object.values(entry).some((each: Entry) => hasText(each));
