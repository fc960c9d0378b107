import { createClient, type Client } from 'graphql-ws';
import type { TypedDocumentString } from '../graphql/documents';

export type ConnectionState = 'connecting' | 'connected' | 'lost';

export interface LiveOptions {
  readonly url: string;
  /** The most that one waits before the next try; each try waits twice as long as the last, from 0.5 s. */
  readonly maxWait?: number;
  readonly webSocketImpl?: unknown;
}

/**
 * One WebSocket for all subscriptions of the page, opened with the first of them. It never gives up: a server that went away and came back finds its
 * subscriptions again, and whoever listens is told, because what happened in between was missed.
 */
export class LiveConnection {
  readonly #client: Client;
  readonly #listeners = new Set<() => void>();
  #state: ConnectionState = 'connecting';

  constructor({ url, maxWait = 10_000, webSocketImpl }: LiveOptions) {
    this.#client = createClient({
      url,
      lazy: true,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      keepAlive: 15_000,
      retryWait: (tries) => wait(Math.min(maxWait, 500 * 2 ** tries) * (0.75 + Math.random() / 2)),
      ...(webSocketImpl === undefined ? {} : { webSocketImpl }),
      on: {
        connected: () => this.#become('connected'),
        closed: () => this.#become('lost'),
      },
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** For `useSyncExternalStore`; gives what ends it. */
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Gives what ends it. Errors of the operation itself end it and go to `onError`; those of the connection do not. */
  subscribe<Result, Variables extends Readonly<Record<string, unknown>>>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    onData: (data: Result) => void,
    onError: (error: unknown) => void = () => undefined,
  ): () => void {
    return this.#client.subscribe<Result>(
      { query: document.toString(), variables: { ...variables } },
      {
        next: ({ data, errors }) => {
          if (errors?.[0]) onError(errors[0]);
          else if (data) onData(data);
        },
        error: onError,
        complete: () => undefined,
      },
    );
  }

  async dispose(): Promise<void> {
    this.#listeners.clear();
    await this.#client.dispose();
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
