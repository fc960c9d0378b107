import { demoErrors } from './errors.js';

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** Asks one question over HTTP, as any client would: the demo has no other door to the server than this. */
export type Ask = <Data>(query: string, variables?: Readonly<Record<string, unknown>>) => Promise<Data>;

export function connect(url: string, signal: AbortSignal): Ask {
  return async <Data>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal,
    });
    const { data, errors } = (await response.json()) as Answer<Data>;
    if (errors?.length || !data) {
      throw demoErrors.requestFailed({
        message: errors?.map(({ message }) => message).join('; ') ?? response.statusText,
      });
    }
    return data;
  };
}
