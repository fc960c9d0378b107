import { apiErrors } from '../errors/api-errors.js';
import { toGraphQLError } from '../errors/to-graphql-error.js';
import { isUuid } from './ids.js';

/** A place in a list: the value sorted by and the id that breaks ties, bound to the list and order that it was made in. */
export interface Cursor {
  readonly value: string | number;
  readonly id: string;
}

export const encodeCursor = (list: string, { value, id }: Cursor): string =>
  Buffer.from(JSON.stringify([list, value, id])).toString('base64url');

/** @throws INVALID_PAGE for what is no cursor, and for the cursor of another list or order: it would silently skip items. */
export function decodeCursor(list: string, cursor: string): Cursor {
  const refuse = (problem: string): never => {
    throw toGraphQLError(apiErrors.invalidPage({ problem }));
  };
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return refuse('after is no cursor; take it from pageInfo.endCursor or from an edge');
  }
  if (!Array.isArray(parts) || parts.length !== 3) {
    return refuse('after is no cursor; take it from pageInfo.endCursor or from an edge');
  }
  const [of, value, id] = parts as unknown[];
  if (of !== list) return refuse('after is the cursor of another list or order; start again without it');
  if ((typeof value !== 'string' && typeof value !== 'number') || typeof id !== 'string' || !isUuid(id)) {
    return refuse('after is no cursor; take it from pageInfo.endCursor or from an edge');
  }
  return { value, id };
}
