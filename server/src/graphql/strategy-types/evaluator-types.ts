import { describeOptions, type Evaluator, type OptionDescription } from '@crucible/sdk';
import type { PluginRegistry } from '@crucible/sdk/host';
import { GraphQLInputObjectType, type GraphQLInputFieldConfig, type GraphQLNamedType } from 'graphql';
import { NO_OPTIONS, optionTypes } from './option-types.js';
import { pascalCase } from './type-names.js';

/** `EvaluatorInput`, built from the installed evaluators; undefined: none is installed, and a placeholder stands in its place. */
export function evaluatorInput({ evaluators }: PluginRegistry): GraphQLNamedType | undefined {
  const installed = [...(evaluators?.values() ?? [])].map(({ evaluator }) => evaluator);
  if (installed.length === 0) return undefined;
  return new GraphQLInputObjectType({
    name: 'EvaluatorInput',
    description: 'An evaluator and its options: exactly one field, one per installed evaluator.',
    isOneOf: true,
    fields: Object.fromEntries(installed.map((evaluator) => [evaluator.id, fieldOf(evaluator)])),
  });
}

function fieldOf({ id, title, description, options }: Evaluator): GraphQLInputFieldConfig {
  const { input } = optionTypes(`${pascalCase(id)}Evaluator`, title, describeOptions(options), () => false);
  return { type: input, description: `${title}. ${description}` };
}

export interface EvaluatorChoice {
  readonly evaluator: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The one field of an `EvaluatorInput` that was given. GraphQL has already refused none and two. */
export function readEvaluatorInput(
  input: Readonly<Record<string, unknown>>,
  { evaluators }: PluginRegistry,
): EvaluatorChoice {
  const [[evaluator, given] = ['', {}]] = Object.entries(input);
  const known = evaluators?.get(evaluator)?.evaluator;
  const nullable = new Map(
    (known === undefined ? [] : describeOptions(known.options)).map((option: OptionDescription) => [
      option.name,
      option.nullable,
    ]),
  );
  const options = Object.fromEntries(
    Object.entries(given as Readonly<Record<string, unknown>>).filter(
      ([name, value]) => name !== NO_OPTIONS && (value !== null || nullable.get(name) === true),
    ),
  );
  return { evaluator, options };
}
