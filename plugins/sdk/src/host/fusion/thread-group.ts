import { Worker } from 'node:worker_threads';

export interface ThreadGroupOptions {
  /** Path of the code that each thread runs, and what it is given. */
  readonly code: string;
  readonly data: unknown;
  readonly signal: AbortSignal;
  /** The error of a thread that ended by itself, and of what is asked after the end. */
  readonly ended: (problem: string, cause?: unknown) => Error;
  /** Rejects whatever waits for a thread; called each time that something fails, with the error of the first. */
  readonly onFailure: (error: unknown) => void;
}

/** Worker threads that live and end together: the first failure, or an abort, ends all of them at once, in the middle of a computation. */
export class ThreadGroup {
  readonly #options: ThreadGroupOptions;
  readonly #workers: Worker[] = [];
  readonly #abort: () => void;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ThreadGroupOptions) {
    this.#options = options;
    this.#abort = () => this.#fail(options.signal.reason);
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Starts threads by `start`, which calls `spawn`; nothing is left of them where one does not start. */
  async open(width: number, start: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#options;
    signal.addEventListener('abort', this.#abort);
    try {
      await Promise.all(Array.from({ length: width }, start));
      signal.throwIfAborted();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  spawn<Message>(onMessage: (message: Message) => void): Worker {
    const { code, data, ended } = this.#options;
    const worker = new Worker(code, { workerData: data });
    this.#workers.push(worker);
    worker.on('message', (message: Message) => onMessage(message));
    worker.on('error', (error) => this.#fail(ended(error.message, error)));
    worker.on('exit', (status) => this.#fail(ended(`it exited with code ${status}`)));
    return worker;
  }

  async close(): Promise<void> {
    const { signal, ended } = this.#options;
    signal.removeEventListener('abort', this.#abort);
    this.#failure ??= { error: ended('the pool is closed') };
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#options.onFailure(this.#failure.error);
    for (const worker of this.#workers) void worker.terminate();
  }
}
