import type { OptionDescription, OptionShape } from '@crucible/sdk';
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfig,
  type GraphQLScalarType,
  type GraphQLInputFieldConfig,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLNullableType,
  type GraphQLOutputType,
} from 'graphql';
import { apiErrors } from '../errors/api-errors.js';
import { describeOption } from './describe-bounds.js';
import type { HostFields } from './host-fields.js';
import { pascalCase, screamingSnakeCase } from './type-names.js';

const NO_FIELDS: HostFields = { input: {}, grid: {}, applied: {}, named: [] };

/** The types that one object of options becomes, and every named type that came with them. */
export interface OptionTypes {
  /** What a caller writes: defaults stand in the type. */
  readonly input: GraphQLInputObjectType;
  /** What a sweep writes: a list of values for each option that shall vary. */
  readonly grid: GraphQLInputObjectType;
  /** What a run answers: every option with the value that was used. */
  readonly applied: GraphQLObjectType;
  readonly named: readonly GraphQLNamedType[];
}

/**
 * Options and their GraphQL types say the same: each option is a field of its own type, range and default, at any depth.
 *
 * @param name Name in PascalCase that every type is called after: `Ties` gives `TiesOptions`, `TiesGrid`, `AppliedTiesOptions`, `TiesPreset`.
 * @param added Fields of the platform's, which stand behind the strategy's own.
 * @throws API_PLUGIN_NAME_TAKEN when two values of an enum become one name.
 */
export function optionTypes(
  name: string,
  title: string,
  options: readonly OptionDescription[],
  isTypeOf: (value: unknown) => boolean,
  added: HostFields = NO_FIELDS,
): OptionTypes {
  const nested = new Map<OptionShape, OptionTypes>();
  const enums = new Map<OptionShape, GraphQLEnumType>();
  for (const option of options)
    visit(option, name + pascalCase(option.name), `${title}: ${option.name}`, describeOption(option));

  function visit(shape: OptionShape, typeName: string, typeTitle: string, sentence: string): void {
    if (shape.type === 'ENUM') enums.set(shape, enumType(typeName, `${typeTitle}. ${sentence}`, shape.values ?? []));
    if (shape.type === 'OBJECT')
      nested.set(
        shape,
        optionTypes(typeName, typeTitle, shape.nested ?? [], () => true),
      );
    if (shape.item) visit(shape.item, typeName, typeTitle, sentence);
  }

  function leaf(shape: OptionShape): GraphQLEnumType | GraphQLScalarType {
    if (shape.type === 'ENUM') return enums.get(shape)!;
    const leaves = { FLOAT: GraphQLFloat, INT: GraphQLInt, BOOLEAN: GraphQLBoolean, STRING: GraphQLString } as const;
    return leaves[shape.type as keyof typeof leaves];
  }
  const wrap = <T extends GraphQLNullableType>(type: T, nullable: boolean): T | GraphQLNonNull<T> =>
    nullable ? type : new GraphQLNonNull(type);

  function inputOf(shape: OptionShape, nullable: boolean): GraphQLInputType {
    if (shape.item) return wrap(new GraphQLList(inputOf(shape.item, shape.item.nullable)), nullable);
    return wrap(nested.get(shape)?.input ?? leaf(shape), nullable);
  }
  function appliedOf(shape: OptionShape, nullable: boolean): GraphQLOutputType {
    if (shape.item) return wrap(new GraphQLList(appliedOf(shape.item, shape.item.nullable)), nullable);
    return wrap(nested.get(shape)?.applied ?? leaf(shape), nullable);
  }
  const hasDefault = (option: OptionDescription): boolean => option.default !== undefined;
  const mayBeLeftOut = (option: OptionDescription): boolean => !option.required && !hasDefault(option);

  const input = new GraphQLInputObjectType({
    name: `${name}Options`,
    description: `Options of ${title}. What is left out takes its default.`,
    fields: {
      ...Object.fromEntries(
        fieldsOrNote(options, (option): GraphQLInputFieldConfig => ({
          type: inputOf(option, option.nullable || mayBeLeftOut(option)),
          description: describeOption(option),
          ...(hasDefault(option) ? { defaultValue: option.default } : {}),
        })),
      ),
      ...added.input,
    },
  });
  const grid = new GraphQLInputObjectType({
    name: `${name}Grid`,
    description: `A grid over options of ${title}: every combination of the values given is tried. What is left out keeps its default.`,
    fields: {
      ...Object.fromEntries(
        fieldsOrNote(options, (option): GraphQLInputFieldConfig => ({
          type: new GraphQLList(new GraphQLNonNull(inputOf(option, true) as GraphQLNullableType & GraphQLInputType)),
          description: describeOption(option),
        })),
      ),
      ...added.grid,
    },
  });
  const applied = new GraphQLObjectType({
    name: `Applied${name}Options`,
    description: `Options of ${title} as a run used them, defaults filled in.`,
    isTypeOf,
    fields: {
      ...Object.fromEntries(
        fieldsOrNote(options, (option): GraphQLFieldConfig<Readonly<Record<string, unknown>>, unknown> => ({
          type: appliedOf(option, option.nullable || mayBeLeftOut(option)),
          description: describeOption(option),
        })),
      ),
      ...added.applied,
    },
  });
  const inner = [...nested.values()].flatMap((types) => types.named);
  return { input, grid, applied, named: [input, grid, applied, ...enums.values(), ...inner, ...added.named] };
}

/** GraphQL knows no object without fields; a strategy without options gets one that says so and holds nothing. */
function fieldsOrNote<Field>(
  options: readonly OptionDescription[],
  field: (option: OptionDescription) => Field,
): [string, Field | { type: typeof GraphQLBoolean; description: string }][] {
  if (options.length > 0) return options.map((option) => [option.name, field(option)]);
  return [[NO_OPTIONS, { type: GraphQLBoolean, description: 'There are no options; leave this out.' }]];
}
export const NO_OPTIONS = '_';

function enumType(name: string, description: string, values: readonly string[]): GraphQLEnumType {
  const spelled = values.map((value) => [screamingSnakeCase(value), value] as const);
  const twice = spelled.find(([key], index) => spelled.findIndex(([other]) => other === key) !== index);
  if (twice) throw apiErrors.pluginNameTaken({ kind: 'enum value', name: `${name}.${twice[0]}`, holder: 'itself' });
  return new GraphQLEnumType({
    name,
    description,
    values: Object.fromEntries(spelled.map(([key, value]) => [key, { value }])),
  });
}
