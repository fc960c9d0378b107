/** What one request may ask for, over HTTP and over WebSocket alike. Each bound has a test that crosses it. */
export const requestLimits = {
  /** Bytes of a request body or of a WebSocket message. A fusion of 1,000 adapters takes about 100 KB. */
  bodyBytes: 1 << 20,
  /** Seconds in which a request to GraphQL must have arrived. */
  bodySeconds: 300,
  /** Lexical tokens of a document; the longest that GraphiQL sends, its introspection, has about 500. */
  tokens: 4_000,
  /** Fields inside fields. `tasks → edges → node → adapters → edges → node → …` spends three levels on each list. */
  depth: 20,
  aliases: 100,
  /** Objects that the answer could hold, page sizes multiplied down the tree: 500 runs with 50 scores each and their tasks are 50,000. */
  cost: 200_000,
  /** How many items a list without page arguments counts for. */
  plainListItems: 10,
  /** Items of a page that asks for no size, and the most that one may ask for. */
  defaultPage: 50,
  maxPage: 500,
  /** Adapters of one fusion. */
  members: 256,
  /** Operations under way on one WebSocket, and WebSockets at once. */
  socketOperations: 100,
  sockets: 1_000,
} as const;
