/**
 * A stream that ends when its consumer goes away, also while it waits for its next event: `return()` of a generator alone is not heard
 * before the `await` that it stands in has ended, and a listener would stay for ever.
 */
export function abortable<Event>(start: (signal: AbortSignal) => AsyncGenerator<Event>): AsyncIterableIterator<Event> {
  const controller = new AbortController();
  const events = start(controller.signal);
  return {
    next: () => events.next(),
    return: async () => {
      controller.abort();
      return await events.return(undefined);
    },
    throw: async (error: unknown) => {
      controller.abort();
      return await events.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
