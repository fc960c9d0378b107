import { z } from 'zod';
import { pluginErrors } from '../errors.js';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The part of JSON Schema 2020-12 that options may use. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly description?: string;
  readonly default?: JsonValue;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly 'x-required'?: boolean;
}

/**
 * The JSON Schema (2020-12) of a strategy's options as a caller writes them: defaults are filled in later, unknown keys are refused.
 *
 * @throws PLUGIN_UNSUPPORTED_OPTION when the schema holds something that JSON Schema cannot say, such as a transform or a date.
 */
export function optionsJsonSchema(strategy: { readonly id: string; readonly options: z.ZodObject }): JsonSchema {
  return schemaOf(strategy.options.strict(), strategy.id);
}

/** @internal */
export function schemaOf(options: z.ZodObject, subject: string): JsonSchema {
  try {
    // zod types its result with its own JSON Schema types; a round trip through JSON is what a client gets.
    return JSON.parse(JSON.stringify(z.toJSONSchema(options, { io: 'input' }))) as JsonSchema;
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw pluginErrors.unsupportedOption({ option: subject, got: `not expressible (${got})` }, error);
  }
}
