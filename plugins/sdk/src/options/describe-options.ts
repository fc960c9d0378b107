import type { z } from 'zod';
import { pluginErrors } from '../errors.js';
import { schemaOf, type JsonSchema, type JsonValue } from './options-json-schema.js';

export type OptionType = 'FLOAT' | 'INT' | 'BOOLEAN' | 'STRING' | 'ENUM' | 'OBJECT' | 'LIST';

/** What a value of one option may be. */
export interface OptionShape {
  readonly type: OptionType;
  readonly nullable: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  /** Bounds on the length of a STRING or a LIST. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** ENUM: what may stand there. */
  readonly values?: readonly string[];
  /** LIST: what each item is. */
  readonly item?: OptionShape;
  /** OBJECT: its fields. */
  readonly nested?: readonly OptionDescription[];
}

/** One option of a strategy: enough for a GraphQL input field, a form field and a line of documentation. */
export interface OptionDescription extends OptionShape {
  readonly name: string;
  readonly description: string;
  /** No default, and may not be left out. */
  readonly required: boolean;
  /** What the option declares to be required on purpose (`.meta({ 'x-required': true })`). */
  readonly requiredOnPurpose: boolean;
  readonly default?: JsonValue;
}

/** The widest integer that GraphQL's Int carries; zod's own safe-integer bounds say nothing that a form should show. */
const SAFE_INTEGER = Number.MAX_SAFE_INTEGER;

/**
 * Describes the fields of an options object, in declaration order.
 *
 * @throws PLUGIN_UNSUPPORTED_OPTION for unions, records, tuples, dates and transforms: they have no GraphQL input type.
 */
export function describeOptions(options: z.ZodObject): readonly OptionDescription[] {
  return fieldsOf(schemaOf(options, 'options'), '');
}

function fieldsOf(schema: JsonSchema, prefix: string): readonly OptionDescription[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    description: field.description ?? '',
    required: required.has(name),
    requiredOnPurpose: field['x-required'] === true,
    ...(field.default === undefined ? {} : { default: field.default }),
    ...shapeOf(field, prefix + name),
  }));
}

function shapeOf(schema: JsonSchema, path: string): OptionShape {
  const { schema: inner, nullable } = withoutNull(schema, path);
  if (inner.enum !== undefined || inner.const !== undefined) {
    const values = inner.enum ?? [inner.const ?? null];
    if (!values.every((value) => typeof value === 'string')) {
      throw pluginErrors.unsupportedOption({ option: path, got: 'an enum of values that are not strings' });
    }
    return { type: 'ENUM', nullable, values };
  }
  switch (inner.type) {
    case 'number':
      return { type: 'FLOAT', nullable, ...boundsOf(inner) };
    case 'integer':
      return { type: 'INT', nullable, ...boundsOf(inner) };
    case 'boolean':
      return { type: 'BOOLEAN', nullable };
    case 'string':
      return { type: 'STRING', nullable, ...lengthsOf(inner.minLength, inner.maxLength) };
    case 'object':
      if (inner.properties === undefined) break;
      return { type: 'OBJECT', nullable, nested: fieldsOf(inner, `${path}.`) };
    case 'array':
      if (inner.items === undefined) break;
      return {
        type: 'LIST',
        nullable,
        item: shapeOf(inner.items, `${path}[]`),
        ...lengthsOf(inner.minItems, inner.maxItems),
      };
  }
  throw pluginErrors.unsupportedOption({ option: path, got: `of JSON Schema type ${JSON.stringify(inner.type)}` });
}

/** zod writes a nullable field as `type: [t, null]` or as `anyOf: [t, null]`. */
function withoutNull(schema: JsonSchema, path: string): { schema: JsonSchema; nullable: boolean } {
  if (schema.anyOf !== undefined) {
    const branches = schema.anyOf.filter((branch) => branch.type !== 'null');
    const [branch] = branches;
    if (branches.length !== 1 || branch === undefined) {
      throw pluginErrors.unsupportedOption({ option: path, got: 'a union' });
    }
    return { schema: branch, nullable: branches.length < schema.anyOf.length };
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null');
    if (types.length !== 1) throw pluginErrors.unsupportedOption({ option: path, got: 'a union' });
    return { schema: { ...schema, type: types[0] as string }, nullable: types.length < schema.type.length };
  }
  return { schema, nullable: false };
}

function boundsOf(schema: JsonSchema): Partial<OptionShape> {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return {
    ...(minimum === undefined || minimum <= -SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum >= SAFE_INTEGER ? {} : { maximum }),
    ...(exclusiveMinimum === undefined ? {} : { exclusiveMinimum }),
    ...(exclusiveMaximum === undefined ? {} : { exclusiveMaximum }),
  };
}

function lengthsOf(minLength: number | undefined, maxLength: number | undefined): Partial<OptionShape> {
  return { ...(minLength === undefined ? {} : { minLength }), ...(maxLength === undefined ? {} : { maxLength }) };
}
