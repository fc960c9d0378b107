import { apiErrors } from '../errors/api-errors.js';
import { toGraphQLError } from '../errors/to-graphql-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (id: string): boolean => UUID.test(id);

/** @throws INVALID_ID for what cannot be an id of ours; PostgreSQL would say so too, but not in words for a client. */
export function checkId(id: string, expected = 'anything here'): string {
  if (isUuid(id)) return id.toLowerCase();
  throw toGraphQLError(apiErrors.invalidId({ id: id.slice(0, 100), expected }));
}
