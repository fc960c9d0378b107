import { wrappedBy, type Strategy } from '@crucible/sdk';
import {
  GraphQLList,
  GraphQLNonNull,
  type GraphQLFieldConfig,
  type GraphQLInputFieldConfig,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLUnionType,
} from 'graphql';
import { UninstalledStrategyOptions } from '../types/uninstalled-options.js';
import { appliedOptions } from './applied-options.js';
import { DESCRIPTION_OF_SCHEDULES, scheduleTypes } from './schedule-types.js';

type Options = Readonly<Record<string, unknown>>;

/** The types that all strategies are members of: a wrapper's own types refer to them. */
export interface StrategyTypes {
  readonly input: GraphQLInputObjectType;
  readonly applied: GraphQLUnionType;
  /** Whether a strategy has a type of its own among them. */
  has(id: string): boolean;
}

/** Fields that the platform adds to a strategy's options. */
export interface HostFields {
  readonly input: Readonly<Record<string, GraphQLInputFieldConfig>>;
  readonly grid: Readonly<Record<string, GraphQLInputFieldConfig>>;
  readonly applied: Readonly<Record<string, GraphQLFieldConfig<Options, unknown>>>;
  readonly named: readonly GraphQLNamedType[];
}

/** `schedules` of every strategy that works module by module, and the `rule` of a wrapper. */
export function hostFields(strategy: Strategy, all: StrategyTypes): HostFields {
  const schedules = scheduleTypes(strategy);
  const rule = strategy.kind === 'WRAPPER' ? strategy : undefined;
  return {
    input: {
      ...(rule && {
        rule: {
          type: all.input,
          description:
            `The strategy that is wrapped, with its options${rule.wraps === 'ELEMENTWISE' ? '; one that treats every entry alike' : ''}. ` +
            `Left out: ${Object.keys(rule.defaultRule)[0]!}.`,
        },
      }),
      ...(schedules && {
        schedules: { type: listOf(schedules.input), description: DESCRIPTION_OF_SCHEDULES },
      }),
    },
    grid: rule ? { rule: { type: listOf(all.input), description: 'Strategies to wrap, each with its options.' } } : {},
    applied: {
      ...(rule && {
        rule: {
          type: new GraphQLNonNull(all.applied),
          description: 'The strategy that was wrapped, with the options that it used.',
          resolve: (options) => {
            const inner = wrappedBy(rule, options);
            return all.has(inner.id)
              ? appliedOptions(inner.id, inner.options)
              : new UninstalledStrategyOptions(inner.id, inner.options);
          },
        },
      }),
      ...(schedules && {
        schedules: {
          type: new GraphQLNonNull(listOf(schedules.applied)),
          description: DESCRIPTION_OF_SCHEDULES,
          resolve: ({ schedules: used }) => used ?? [],
        },
      }),
    },
    named: schedules?.named ?? [],
  };
}

const listOf = <T extends GraphQLNamedType>(type: T) => new GraphQLList(new GraphQLNonNull(type));
