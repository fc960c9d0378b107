import { ArgsType, Field, Int } from 'type-graphql';
import { apiErrors } from '../errors/api-errors.js';
import { toGraphQLError } from '../errors/to-graphql-error.js';
import { requestLimits } from '../limits/request-limits.js';

/** The size of a list inside an object. For more, and for other orders, ask the list of the query root with a filter. */
@ArgsType()
export class FirstArgs {
  @Field(() => Int, {
    defaultValue: requestLimits.defaultPage,
    description: `Items to return at most, 1 to ${requestLimits.maxPage}.`,
  })
  first: number = requestLimits.defaultPage;
}

/** @throws INVALID_PAGE outside 1 … the greatest page. */
export function checkSize(size: number, name = 'first'): number {
  if (Number.isInteger(size) && size >= 1 && size <= requestLimits.maxPage) return size;
  throw toGraphQLError(
    apiErrors.invalidPage({
      problem: `${name} is ${size}; ask for 1 to ${requestLimits.maxPage} items, and for more with "after: endCursor"`,
    }),
  );
}
