import { screamingSnakeCase } from '../graphql/strategy-types/type-names.js';

interface Schema {
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

type Options = Readonly<Record<string, unknown>>;

/**
 * A strategy and its options as the `StrategyInput` of a request: what a JSON Schema lists as an enum, and what a schedule varies, are spelled as GraphQL
 * spells them. What a wrapper wraps is a `StrategyInput` in its turn.
 *
 * @param schemas JSON Schema of the options of every strategy that occurs, by its id.
 */
export function toStrategyInput(id: string, options: Options, schemas: ReadonlyMap<string, object>): Options {
  const { rule, schedules, ...own } = options;
  const input = {
    ...(spell(own, schemas.get(id)) as Options),
    ...(isObject(rule) && { rule: innerInput(rule, schemas) }),
    ...(Array.isArray(schedules) && { schedules: schedules.map(spellSchedule) }),
  };
  return { [id]: input };
}

function innerInput(rule: Options, schemas: ReadonlyMap<string, object>): Options {
  const [[id, options] = ['', {}]] = Object.entries(rule);
  return toStrategyInput(id, isObject(options) ? options : {}, schemas);
}

function spellSchedule(schedule: unknown): unknown {
  if (!isObject(schedule)) return schedule;
  const { parameter } = schedule;
  return typeof parameter === 'string' ? { ...schedule, parameter: screamingSnakeCase(parameter) } : schedule;
}

function spell(value: unknown, schema: Schema | undefined): unknown {
  if (schema?.anyOf !== undefined) {
    const fitting = schema.anyOf.find((one) => one.enum?.includes(value)) ?? schema.anyOf.find((one) => !one.enum);
    return spell(value, fitting);
  }
  if (typeof value === 'string') return schema?.enum?.includes(value) === true ? screamingSnakeCase(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => spell(item, schema?.items));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([name, item]) => [name, spell(item, schema?.properties?.[name])]));
}

const isObject = (value: unknown): value is Options =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Ids of a strategy and of all that it wraps. */
export function strategiesIn(id: string, options: Options): readonly string[] {
  const { rule } = options;
  if (!isObject(rule)) return [id];
  const [[inner, more] = ['', {}]] = Object.entries(rule);
  return [id, ...strategiesIn(inner, isObject(more) ? more : {})];
}
