import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { mainErrors } from './errors.js';
import type { ChildMessage, StopMessage } from './messages.js';

export interface ManagedProcessOptions {
  /** For people, in messages. */
  readonly name: string;
  readonly entry: string;
  readonly args?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly onMessage?: (message: ChildMessage) => void;
  /** It ends again and again, and was given up. */
  readonly onFailed: (error: Error) => void;
}

/** Ends so often in a row without having lived a while, and it is given up. */
const QUICK_ENDS = 5;
const LIVED_MS = 20_000;
const STOP_MS = 12_000;

/** A process that is started again when it dies, until it is stopped. */
export class ManagedProcess {
  readonly #options: ManagedProcessOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<string> = Promise.resolve('not started');
  #stopping = false;
  #quickEnds = 0;

  constructor(options: ManagedProcessOptions) {
    this.#options = options;
  }

  /** Resolves when the process says that it is ready. */
  async start(): Promise<ChildMessage & { readonly type: 'ready' }> {
    const { name, entry, args = [], env, onMessage } = this.#options;
    const child = fork(entry, [...args], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const started = Date.now();
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    let ready = false;
    const readiness = new Promise<ChildMessage & { readonly type: 'ready' }>((resolve, reject) => {
      let problem: string | undefined;
      child.on('message', (message: ChildMessage) => {
        if (message.type === 'ready') {
          ready = true;
          resolve(message);
        }
        if (message.type === 'problem' && !ready) problem = message.message;
        else onMessage?.(message);
      });
      void this.#exited.then((exit) =>
        reject(problem === undefined ? mainErrors.processFailed({ name, exit }) : new Error(problem)),
      );
    });
    void this.#exited.then((exit) => (ready ? this.#revive(exit, Date.now() - started) : undefined));
    return readiness;
  }

  async #revive(exit: string, lived: number): Promise<void> {
    const { name, onFailed } = this.#options;
    if (this.#stopping) return;
    this.#quickEnds = lived > LIVED_MS ? 0 : this.#quickEnds + 1;
    if (this.#quickEnds >= QUICK_ENDS) {
      onFailed(mainErrors.processFailed({ name, exit }));
      return;
    }
    process.stderr.write(`The ${name} process ended with ${exit}; it is started again.\n`);
    await delay(100 * 2 ** this.#quickEnds);
    if (!this.#stopping) await this.start().catch(onFailed);
  }

  /** In order if it can, within a time; then it is killed. Nothing of it runs afterwards. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined) return;
    if (child.connected) child.send({ type: 'stop' } satisfies StopMessage, () => {});
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#stopping = true;
    this.#child?.kill('SIGKILL');
  }
}
