import type { CrucibleError } from '@crucible/engine/errors';
import { GraphQLError } from 'graphql';

/** The error of a catalogue as a client sees it: `extensions.code` to branch on, `extensions.remedy` to act on. */
export function toGraphQLError(error: CrucibleError): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, remedy: error.remedy, http: { status: 400 } },
  });
}
