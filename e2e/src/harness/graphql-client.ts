import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** A client as anybody would write one: POST for queries and mutations, graphql-ws for subscriptions. */
export class GraphqlClient {
  readonly #url: string;
  #socket: Client | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async ask<Data>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<GraphqlAnswer<Data>> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphqlAnswer<Data>;
  }

  /** The data of an answer without errors. */
  async data<Data>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> {
    const answer = await this.ask<Data>(query, variables);
    if (answer.errors || !answer.data) throw new Error(`GraphQL: ${JSON.stringify(answer.errors ?? answer)}`);
    return answer.data;
  }

  async *subscribe<Data>(query: string, variables: Record<string, unknown> = {}): AsyncGenerator<Data> {
    this.#socket ??= createClient({
      url: this.#url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    for await (const event of this.#socket.iterate<Data>({ query, variables })) {
      if (event.errors) throw new Error(`GraphQL: ${JSON.stringify(event.errors)}`);
      if (event.data) yield event.data;
    }
  }

  async dispose(): Promise<void> {
    await this.#socket?.dispose();
  }
}
