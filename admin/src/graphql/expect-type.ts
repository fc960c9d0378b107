import { ApiError } from './api-error';

interface Answered {
  readonly __typename?: string;
}
interface ProblemFields {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly issues: readonly { readonly message: string }[];
}

/** Gives the member of a result union that has one of the names; a `Problem` in its place is thrown as `ApiError`, with its issues and its remedy where they were asked for. */
export function expectType<Result extends Answered, Name extends NonNullable<Result['__typename']>>(
  result: Result,
  ...names: readonly Name[]
): Extract<Result, { readonly __typename?: Name }> {
  if (names.some((name) => name === result.__typename)) {
    return result as Extract<Result, { readonly __typename?: Name }>;
  }
  const { code, message, remedy, issues = [] } = result as Partial<ProblemFields>;
  const said = issues.length > 0 ? issues.map((issue) => issue.message).join(' ') : message;
  throw new ApiError(code ?? 'UNKNOWN', said ?? `The server answered with ${result.__typename}.`, remedy);
}
