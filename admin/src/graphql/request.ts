import { ApiError } from './api-error';
import type { TypedDocumentString } from './generated/graphql';

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly remedy?: string; readonly correlationId?: string };
  }[];
}

/**
 * Sends one operation. What it answers is typed by its document; errors of the API come as `ApiError` with their code, a server that is not there as
 * `SERVER_UNREACHABLE`.
 */
export async function request<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query: document.toString(), variables }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('SERVER_UNREACHABLE', 'The server cannot be reached.', undefined, { cause: error });
  }
  const answer = await read<Result>(response);
  const [first] = answer.errors ?? [];
  if (first) throw new ApiError(first.extensions?.code ?? 'UNKNOWN', first.message, first.extensions?.remedy);
  if (answer.data === undefined || answer.data === null) {
    throw new ApiError('NO_ANSWER', `The server answered ${response.status} without data.`);
  }
  return answer.data;
}

async function read<Result>(response: Response): Promise<Answer<Result>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer<Result>;
  } catch (error) {
    throw new ApiError('NO_ANSWER', `The server answered ${response.status} and no JSON.`, undefined, { cause: error });
  }
}
