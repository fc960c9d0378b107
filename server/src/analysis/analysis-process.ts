import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { analysisErrors } from './errors.js';
import { analysisLimits, analysisTimeouts, IDLE_MS } from './limits.js';
import type { AnalysisReply, AnalysisWork } from './protocol.js';

/** Tests run from `src`, where there is no JavaScript to fork: they name the built file. */
const ENTRY = fileURLToPath(new URL('../../dist/analysis/main.js', import.meta.url));

interface Waiting {
  readonly work: AnalysisWork;
  readonly resolve: (reply: AnalysisReply) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One process that answers queries one after the other, started by the first and ended when nobody has asked for a while. One that dies or takes too long
 * fails the query that it worked on and no other.
 */
export class AnalysisProcess {
  readonly #queue: Waiting[] = [];
  #current: Waiting | undefined;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ids = 0;
  #disposed = false;
  readonly #entry: string;
  readonly #timeouts: Readonly<Record<AnalysisWork['kind'], number>>;

  /** Tests bring entries of their own, and less patience. */
  constructor(entry = ENTRY, timeouts: Readonly<Record<AnalysisWork['kind'], number>> = analysisTimeouts) {
    this.#entry = entry;
    this.#timeouts = timeouts;
  }

  /** @throws ANALYSIS_* */
  async ask(work: AnalysisWork): Promise<AnalysisReply> {
    if (this.#disposed) throw analysisErrors.disposed({});
    const limit = analysisLimits.waiting;
    if (this.#queue.length >= limit) throw analysisErrors.busy({ limit });
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, resolve, reject });
      this.#next();
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const { reject } of this.#queue.splice(0)) reject(analysisErrors.disposed({}));
    await this.#end(analysisErrors.disposed({}));
  }

  #next(): void {
    if (this.#current !== undefined || this.#disposed) return;
    clearTimeout(this.#timer);
    const waiting = this.#queue.shift();
    if (waiting === undefined) {
      this.#timer = setTimeout(() => void this.#end(), IDLE_MS).unref();
      return;
    }
    this.#current = waiting;
    const { kind } = waiting.work;
    const milliseconds = this.#timeouts[kind];
    this.#timer = setTimeout(() => {
      void this.#end(analysisErrors.tooLong({ kind: kind.toLowerCase(), seconds: milliseconds / 1000 }));
    }, milliseconds);
    this.#child ??= this.#start();
    this.#ids += 1;
    // A process that has just died cannot take it; its death is the answer.
    this.#child.send({ id: this.#ids, work: waiting.work }, () => {});
  }

  #start(): ChildProcess {
    const child = fork(this.#entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (reply: AnalysisReply) => {
      if (child !== this.#child || reply.id !== this.#ids) return;
      this.#settle(({ resolve }) => resolve(reply));
    });
    const ended = (exit: string): void => {
      if (child !== this.#child) return;
      this.#child = undefined;
      this.#settle(({ reject }) => reject(analysisErrors.died({ exit })));
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(signal === null ? `exit code ${code}` : `signal ${signal}`));
    return child;
  }

  #settle(how: (waiting: Waiting) => void): void {
    clearTimeout(this.#timer);
    const waiting = this.#current;
    this.#current = undefined;
    if (waiting) how(waiting);
    this.#next();
  }

  /** Ends the process, and with it what it works on. */
  async #end(error?: unknown): Promise<void> {
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#child = undefined;
    const gone = child && child.exitCode === null && new Promise((resolve) => child.once('exit', resolve));
    child?.kill('SIGKILL');
    await gone;
    if (this.#current !== undefined) this.#settle(({ reject }) => reject(error));
  }
}
