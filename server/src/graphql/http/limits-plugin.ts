import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import { checkQuery } from '../limits/check-query.js';

/** Refuses over HTTP what is beyond the limits, after validation and before any resolver runs. */
export function limitsPlugin<Context extends BaseContext>(schema: GraphQLSchema): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation({ document, operation, request }) {
          const [error] = operation ? checkQuery(schema, document, operation, request.variables ?? {}) : [];
          if (error) throw error;
          return Promise.resolve();
        },
      }),
  };
}
