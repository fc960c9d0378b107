import { schedulableOf, WEIGHT, type Strategy } from '@crucible/sdk';
import {
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { apiErrors } from '../errors/api-errors.js';
import { pascalCase, screamingSnakeCase } from './type-names.js';

/** The types of a strategy's `schedules`. */
export interface ScheduleTypes {
  readonly input: GraphQLInputObjectType;
  readonly applied: GraphQLObjectType;
  readonly named: readonly (GraphQLEnumType | GraphQLInputObjectType | GraphQLObjectType)[];
}

export const DESCRIPTION_OF_SCHEDULES =
  'Weights and options that vary by adapter, layer and module; of several entries that match, the first wins.';

const FIELDS = {
  parameter: 'What varies.',
  adapter: 'Position in `adapters`, from 0; left out: all adapters.',
  modules: 'Pattern of whole module names, with * for any text, such as *.mlp.*; left out: all modules.',
  values:
    'One value, or a gradient over depth: the first value at the first layer, the last at the last, straight lines between.',
} as const;

/** `TiesScheduleInput`, `AppliedTiesSchedule` and `TiesScheduleParameter`; undefined for a strategy of which nothing can vary. */
export function scheduleTypes(strategy: Strategy): ScheduleTypes | undefined {
  const names = schedulableOf(strategy);
  if (names.length === 0) return undefined;
  const name = pascalCase(strategy.id);
  const spelled = names.map((parameter) => [screamingSnakeCase(parameter), parameter] as const);
  const twice = spelled.find(([key], index) => spelled.findIndex(([other]) => other === key) !== index);
  if (twice) throw apiErrors.pluginNameTaken({ kind: 'enum value', name: `${name}.${twice[0]}`, holder: 'itself' });
  const parameter = new GraphQLEnumType({
    name: `${name}ScheduleParameter`,
    description: `What of ${strategy.title} may vary by adapter, layer and module.`,
    values: Object.fromEntries(
      spelled.map(([key, value]) => {
        const description = value === WEIGHT ? 'The adapter’s weight.' : `The option \`${value}\`.`;
        return [key, { value, description }];
      }),
    ),
  });
  const values = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLFloat)));
  const input = new GraphQLInputObjectType({
    name: `${name}ScheduleInput`,
    description: `A weight or an option of ${strategy.title} as it holds for some adapters and modules.`,
    fields: {
      parameter: { type: new GraphQLNonNull(parameter), description: FIELDS.parameter },
      adapter: { type: GraphQLInt, description: FIELDS.adapter },
      modules: { type: GraphQLString, description: FIELDS.modules },
      values: { type: values, description: FIELDS.values },
    },
  });
  const applied = new GraphQLObjectType({
    name: `Applied${name}Schedule`,
    description: `A weight or an option of ${strategy.title} as it held for some adapters and modules.`,
    fields: {
      parameter: { type: new GraphQLNonNull(parameter), description: FIELDS.parameter },
      adapter: { type: GraphQLInt, description: FIELDS.adapter },
      modules: { type: GraphQLString, description: FIELDS.modules },
      values: { type: values, description: FIELDS.values },
    },
  });
  return { input, applied, named: [input, applied, parameter] };
}
