import { GraphQLError, GraphQLScalarType } from 'graphql';

const noStrategy = (): never => {
  throw new GraphQLError('None is installed; `plugins { name status problemMessage }` says why.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
};
const placeholder = (name: string, description: string): GraphQLScalarType =>
  new GraphQLScalarType({ name, description, serialize: noStrategy, parseValue: noStrategy, parseLiteral: noStrategy });

/** Where the types go that are built from the installed strategies; they stay only where none is installed. */
export const StrategyInput = placeholder(
  'StrategyInput',
  'A fusion strategy and its options. No strategy is installed.',
);
export const StrategyGridInput = placeholder(
  'StrategyGridInput',
  'A grid over a strategy’s options. No strategy is installed.',
);
export const EvaluatorInput = placeholder('EvaluatorInput', 'An evaluator and its options. No evaluator is installed.');
export const StrategyOptions = placeholder('StrategyOptions', 'Options that a run used. No strategy is installed.');
