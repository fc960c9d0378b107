import { ApiError } from '../graphql/api-error';

/** The node of an answer, if it is of this type; NOT_FOUND otherwise. */
export function expectNode<Node extends { readonly __typename?: string }, Name extends NonNullable<Node['__typename']>>(
  node: Node | null | undefined,
  name: Name,
): Extract<Node, { readonly __typename?: Name }> {
  if (node?.__typename === name) return node as Extract<Node, { readonly __typename?: Name }>;
  throw new ApiError('NOT_FOUND', `There is no such ${name}.`);
}
