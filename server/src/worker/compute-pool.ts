import type { WorkKind } from '../compute/protocol.js';
import { ComputeProcess } from './compute-process.js';

/** A process that scores is used so often, and then replaced: leaks of the libraries below do not add up. */
const USES = 64;

/**
 * Compute processes for jobs. A process that has run a plugin's code works on nothing else, so that whatever the plugin left behind in it
 * harms no other job; those that only score are kept warm, with base and task in memory.
 */
export class ComputePool {
  readonly #idle: ComputeProcess[] = [];
  readonly #uses = new WeakMap<ComputeProcess, number>();
  readonly #all = new Set<ComputeProcess>();
  readonly #start: () => ComputeProcess;

  constructor(start: () => ComputeProcess = () => new ComputeProcess()) {
    this.#start = start;
  }

  acquire(kind: WorkKind): ComputeProcess {
    const idle = kind === 'EVALUATION' ? this.#idle.findLast(({ alive }) => alive) : undefined;
    if (idle !== undefined) {
      this.#idle.splice(this.#idle.indexOf(idle), 1);
      return idle;
    }
    const process = this.#start();
    this.#all.add(process);
    return process;
  }

  /** Takes a process back when its job has ended. */
  async release(process: ComputeProcess, kind: WorkKind, reusable: boolean): Promise<void> {
    const uses = (this.#uses.get(process) ?? 0) + 1;
    this.#uses.set(process, uses);
    if (kind === 'EVALUATION' && reusable && process.alive && uses < USES) this.#idle.push(process);
    else await this.discard(process);
  }

  async discard(process: ComputeProcess): Promise<void> {
    await process.kill();
    this.#all.delete(process);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#all].map((process) => this.discard(process)));
  }
}
