import { screamingSnakeCase } from '../graphql/strategy-types/type-names.js';

interface Schema {
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Options of a run as the API takes them: what the JSON Schema lists as an enum is spelled as GraphQL spells it. */
export function toGraphqlOptions(value: unknown, schema: Schema | undefined): unknown {
  if (schema?.anyOf !== undefined) {
    const fitting = schema.anyOf.find((one) => one.enum?.includes(value)) ?? schema.anyOf.find(({ enum: e }) => !e);
    return toGraphqlOptions(value, fitting);
  }
  if (typeof value === 'string') return schema?.enum?.includes(value) === true ? screamingSnakeCase(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => toGraphqlOptions(item, schema?.items));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([name, item]) => [name, toGraphqlOptions(item, schema?.properties?.[name])]));
}
