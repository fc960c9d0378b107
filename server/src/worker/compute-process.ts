import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CellResult } from '../compute/experiment-protocol.js';
import type { Order, Report, Result, Work, WorkProblem } from '../compute/protocol.js';

export interface ComputeEvents {
  readonly onProgress: (progress: { readonly phase: string; readonly done: number; readonly total: number }) => void;
  readonly onLog: (line: string) => void;
  /** Of experiments: what is finished, as soon as it is. */
  readonly onCell?: (cell: CellResult) => void;
  readonly onBackend: (backend: { readonly name: string; readonly reason: string }) => void;
}

/** How a compute process answered an order: with a result, with a reason why not, or by dying. */
export type ComputeOutcome =
  | { readonly type: 'done'; readonly result: Result; readonly seconds: number }
  | { readonly type: 'failed'; readonly problem: WorkProblem }
  | { readonly type: 'died'; readonly exit: string };

/** Tests run from `src`, where there is no JavaScript to fork: they name the built file. */
const ENTRY = fileURLToPath(new URL('../../dist/compute/main.js', import.meta.url));

/** Output that a process writes beside its reports is kept for its obituary: so much of it. */
const STDERR_LIMIT = 4096;

/** One compute process, seen from the worker. It works on one order at a time; `kill` ends it whatever it is doing. */
export class ComputeProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  #backend: { readonly name: string; readonly reason: string } | undefined;
  #stderr = '';
  #alive = true;

  constructor(entry: string = ENTRY) {
    this.#child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_LIMIT);
    });
    this.#child.on('message', (report: Report) => {
      if (report.type === 'backend') this.#backend = { name: report.name, reason: report.reason };
    });
    this.#exited = new Promise((resolve) => {
      const end = (reason: string): void => {
        this.#alive = false;
        resolve(this.#stderr.trim() === '' ? reason : `${reason}: ${this.#stderr.trim().split('\n').at(-1)}`);
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  async run(work: Work, events: ComputeEvents): Promise<ComputeOutcome> {
    if (this.#backend) events.onBackend(this.#backend);
    let listener: (report: Report) => void = () => {};
    const answer = new Promise<ComputeOutcome>((resolve) => {
      listener = (report) => {
        if (report.type === 'progress')
          events.onProgress({ phase: report.phase, done: report.done, total: report.total });
        else if (report.type === 'log') events.onLog(report.line);
        else if (report.type === 'cell') events.onCell?.(report.cell);
        else if (report.type === 'backend') events.onBackend({ name: report.name, reason: report.reason });
        else if (report.type === 'done') resolve({ type: 'done', result: report.result, seconds: report.seconds });
        else if (report.type === 'failed') resolve({ type: 'failed', problem: report.problem });
      };
      this.#child.on('message', listener);
    });
    this.#send({ type: 'run', work });
    const death = this.#exited.then((exit): ComputeOutcome => ({ type: 'died', exit }));
    try {
      return await Promise.race([answer, death]);
    } finally {
      this.#child.off('message', listener);
    }
  }

  /** Asks it to stop what it does; it answers `failed`. */
  abort(): void {
    this.#send({ type: 'abort' });
  }

  /** Resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.#alive) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #send(order: Order): void {
    // A process that has just died cannot take it; its death is the answer that `run` gives.
    if (this.#alive && this.#child.connected) this.#child.send(order, () => {});
  }
}
