import { availableParallelism } from 'node:os';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import { listenForWork, type Listener } from '../changes/index.js';
import type { BackendUse, JobProblem, Progress } from '../entities/index.js';
import {
  claimJob,
  findStopped,
  giveBack,
  jobErrors,
  LOG_LINES,
  problemOf,
  recoverJobs,
  settleAnalysis,
  settleBaseImport,
  settleTaskImport,
  settleEvaluation,
  settleExport,
  settleFailure,
  settleFusion,
  settleImport,
  recordCells,
  settleExperimentPart,
  settleExtraction,
  settleModelFusion,
  settleStatistics,
  settleTraining,
  takeIdentity,
  trackJob,
  type Held,
  type JobRow,
  type PgBossQueue,
  type ReceivedMessage,
  type Usage,
  type WorkerIdentity,
} from '../jobs/index.js';
import type { CellResult } from '../compute/experiment-protocol.js';
import type { ComputeOutcome, ComputeProcess } from './compute-process.js';
import { ComputePool } from './compute-pool.js';
import { describeWork } from './describe-work.js';
import { residentMemory } from './resident-memory.js';
import type { WorkerSettings } from './worker-settings.js';

/** Milliseconds between looks at cancellations, memory and clocks; without a wake-up, also between looks into the queue. */
const WATCH_MS = 500;
const RECOVER_MS = 5_000;
const TOUCH_MS = 15_000;
/** Between two records of progress: no more than four a second. */
const TRACK_MS = 250;
/** Between two records of an experiment's cells: what a crash may cost. */
const RECORD_CELLS_MS = 1_000;
/** After an abort a process may put its things in order so long. */
const GRACE_MS = 3_000;
/** A job whose own process dies so often is given up. */
const CRASHES = 3;

interface Running {
  readonly held: Held;
  readonly process: ComputeProcess;
  readonly began: number;
  /** How long it may take: by what its row is, and once that is known by what is to be done. */
  seconds: number;
  peak: number;
  /** Why it is being stopped, once it is. */
  stop: 'CANCELLED' | 'SHUTDOWN' | JobProblem | undefined;
}

/** What a worker works with. */
export interface SupervisorParts {
  readonly orm: MikroORM;
  readonly queue: PgBossQueue;
  readonly blobs: BlobStore;
  readonly settings: WorkerSettings;
  readonly pool?: ComputePool;
  /** A connection that stands for this worker's life is lost: its jobs are others' now, and it must end. */
  readonly onLost: (error: Error) => void;
}

/**
 * Takes jobs from the queue and has them computed, as many at once as it may. It computes nothing itself, so that it always answers in time:
 * it watches the processes that do, and stops those that were cancelled, take too long or grow too large.
 */
export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #pool: ComputePool;
  readonly #running = new Map<string, Running>();
  readonly #slots = new Set<Promise<void>>();
  #identity: WorkerIdentity | undefined;
  #listener: Listener | undefined;
  #loop: Promise<void> | undefined;
  #stopping = false;
  #wake: () => void = () => {};

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#pool = parts.pool ?? new ComputePool();
  }

  /** Finds what dead workers left, then begins to work. */
  async start(): Promise<void> {
    const { settings, onLost } = this.#parts;
    this.#identity = await takeIdentity(settings.databaseUrl, onLost);
    this.#listener = await listenForWork(settings.databaseUrl, () => this.#wake(), onLost);
    await this.#recover();
    this.#loop = this.#work();
  }

  /** Stops the processes and gives their jobs back to the queue. Nothing of this worker runs afterwards. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    for (const running of this.#running.values()) this.#halt(running, 'SHUTDOWN', 0);
    await this.#loop;
    await Promise.all(this.#slots);
    await this.#pool.dispose();
    await this.#listener?.close();
    await this.#identity?.release();
  }

  async #work(): Promise<void> {
    let recovered = Date.now();
    let touched = Date.now();
    while (!this.#stopping) {
      try {
        await this.#fill();
        await this.#watch();
        if (Date.now() - recovered > RECOVER_MS) {
          await this.#recover();
          recovered = Date.now();
        }
        if (Date.now() - touched > TOUCH_MS) {
          await this.#parts.queue.touch([...this.#running.values()].map(({ held }) => held.messageId));
          touched = Date.now();
        }
      } catch (error) {
        // A database that is away for a moment: what runs goes on, and the next round finds out. A lost identity ends the worker elsewhere.
        process.stderr.write(`worker: ${error instanceof Error ? error.message : String(error)}\n`);
      }
      if (!this.#stopping) await this.#pause();
    }
  }

  async #recover(): Promise<void> {
    await recoverJobs(this.#parts.orm.em.fork(), this.#parts.queue);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, WATCH_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #fill(): Promise<void> {
    while (!this.#stopping && this.#slots.size < this.#parts.settings.processes) {
      const message = await this.#parts.queue.receive();
      if (message === undefined) return;
      const slot = this.#handle(message)
        .catch((error: unknown) => {
          // Nothing was recorded: the job is still ours in the database, and is found there when this worker has ended.
          this.#parts.onLost(error instanceof Error ? error : new Error(String(error)));
        })
        .finally(() => {
          this.#slots.delete(slot);
          this.#wake();
        });
      this.#slots.add(slot);
    }
  }

  async #handle(message: ReceivedMessage): Promise<void> {
    const { orm, queue, settings } = this.#parts;
    const job = await claimJob(orm.em.fork(), queue, message, this.#identity!.worker);
    if (job === undefined) return;
    const held: Held = { ...message, attempt: job.attempt };
    const process = this.#pool.acquire(message.kind);
    const seconds = settings.timeouts[message.kind];
    const stop = this.#stopping ? 'SHUTDOWN' : undefined;
    const running: Running = { held, process, began: Date.now(), seconds, peak: 0, stop };
    this.#running.set(held.id, running);
    const started = performance.now();
    try {
      const outcome = await this.#compute(running, job);
      const usage: Usage = { seconds: (performance.now() - started) / 1000, peakMemoryBytes: running.peak };
      await this.#record(running, outcome, usage);
    } finally {
      this.#running.delete(held.id);
      await this.#pool.release(process, message.kind, running.stop === undefined);
    }
  }

  async #compute(running: Running, job: JobRow): Promise<ComputeOutcome> {
    const { orm, blobs, settings } = this.#parts;
    let work;
    try {
      work = await describeWork(orm.em.fork(), blobs, settings.home, await reload(orm, job));
      running.seconds = settings.timeouts[work.kind];
      // Every other job under way has a core of its own.
      if (work.kind === 'FUSION' || work.kind === 'MODEL_FUSION')
        work = { ...work, threads: availableParallelism() - this.#running.size + 1 };
    } catch (error) {
      return { type: 'failed', problem: problemOf(error) };
    }
    if (running.stop !== undefined) await running.process.kill();
    const tracker = new Tracker(orm, running.held, job.log);
    try {
      return await running.process.run(work, tracker);
    } finally {
      await tracker.close();
    }
  }

  async #record(running: Running, outcome: ComputeOutcome, usage: Usage): Promise<void> {
    const { orm, queue, blobs } = this.#parts;
    const { held, stop } = running;
    const em = orm.em.fork();
    if (outcome.type === 'done' && (stop === undefined || stop === 'SHUTDOWN')) {
      const { result } = outcome;
      const exact: Usage = { ...usage, seconds: outcome.seconds };
      if (result.kind === 'FUSION') {
        for (const { path, digest } of result.outcome.outputs ?? [result.outcome]) await blobs.adopt(path, digest);
        await settleFusion(em, queue, held, exact, result);
      } else if (result.kind === 'TRAINING') {
        await blobs.adopt(result.path, result.adapter.digest);
        await settleTraining(em, queue, held, exact, result);
      } else if (result.kind === 'IMPORT') {
        await settleImport(em, queue, held, exact, blobs, result);
      } else if (result.kind === 'BASE_IMPORT') {
        await settleBaseImport(em, queue, held, exact, blobs, result);
      } else if (result.kind === 'TASK_IMPORT') {
        await settleTaskImport(em, queue, held, exact, blobs, result);
      } else if (result.kind === 'EXPORT') {
        await settleExport(em, queue, held, exact, blobs, result);
      } else if (result.kind === 'STATISTICS') {
        await settleStatistics(em, queue, held, exact, blobs, result);
      } else if (result.kind === 'MODEL_FUSION') {
        await settleModelFusion(em, queue, held, exact, blobs, result);
      } else if (result.kind === 'EXTRACTION') {
        await settleExtraction(em, queue, held, exact, blobs, result);
      } else if (result.kind === 'EXPERIMENT') {
        await settleExperimentPart(em, queue, held, exact, result);
      } else if (result.kind === 'ANALYSIS') {
        await settleAnalysis(em, queue, held, exact, blobs, result);
      } else if (result.kind === 'EVALUATION') {
        const outcomes = result.outcomes && (await blobs.put(result.outcomes));
        const head = result.head && { ...result.head, ...(await blobs.adopt(result.head.path)) };
        await settleEvaluation(em, queue, held, exact, result, outcomes && outcomes.digest, head);
      }
      return;
    }
    // CANCELLED is recorded only now that nothing computes for it any more.
    if (stop !== undefined || outcome.type === 'died') await running.process.kill();
    if (stop === 'SHUTDOWN') await giveBack(em, queue, held, usage);
    else if (stop === 'CANCELLED') await settleFailure(em, queue, held, usage, problemOf('cancelled'));
    else if (stop !== undefined) await settleFailure(em, queue, held, usage, stop);
    else if (outcome.type === 'failed') await settleFailure(em, queue, held, usage, outcome.problem);
    else if (outcome.type === 'died') {
      const problem = (times: number): JobProblem => problemOf(jobErrors.computeDied({ exit: outcome.exit, times }));
      await giveBack(em, queue, held, usage, { limit: CRASHES, problem });
    }
  }

  async #watch(): Promise<void> {
    const { orm, settings } = this.#parts;
    const all = [...this.#running.values()];
    const cancelled = await findStopped(
      orm.em.fork(),
      all.map(({ held }) => held),
    );
    for (const running of all) {
      const bytes = running.process.pid === undefined ? 0 : await residentMemory(running.process.pid);
      running.peak = Math.max(running.peak, bytes);
      const { seconds, began } = running;
      if (cancelled.has(running.held.id)) this.#halt(running, 'CANCELLED');
      else if (Date.now() > began + seconds * 1000) this.#halt(running, problemOf(jobErrors.timeout({ seconds })));
      else if (bytes > settings.memoryLimit) {
        this.#halt(running, problemOf(jobErrors.memory({ bytes, limit: settings.memoryLimit })), 0);
      }
    }
  }

  /** Asks first; a plugin that does not listen is killed. */
  #halt(running: Running, stop: NonNullable<Running['stop']>, grace: number = GRACE_MS): void {
    if (running.stop !== undefined) return;
    running.stop = stop;
    running.process.abort();
    setTimeout(() => {
      if (this.#running.get(running.held.id) === running) void running.process.kill();
    }, grace).unref();
  }
}

async function reload(orm: MikroORM, job: JobRow): Promise<JobRow> {
  return orm.em.fork().findOneOrFail(job.constructor as new () => JobRow, { id: job.id } as never);
}

/** Records what a process says at most four times a second, the last word always. */
class Tracker {
  readonly #orm: MikroORM;
  readonly #held: Held;
  readonly #log: string[];
  #progress: Progress | null = null;
  #backend: BackendUse | null = null;
  #cells: CellResult[] = [];
  #timer: NodeJS.Timeout | undefined;
  #cellTimer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(orm: MikroORM, held: Held, log: readonly string[]) {
    this.#orm = orm;
    this.#held = held;
    this.#log = [...log];
  }

  onProgress = (progress: Progress): void => {
    this.#progress = { ...progress };
    this.#schedule();
  };

  onLog = (line: string): void => {
    this.#log.push(line);
    this.#log.splice(0, this.#log.length - LOG_LINES);
    this.#schedule();
  };

  onBackend = (backend: BackendUse): void => {
    this.#backend = { ...backend };
    this.#schedule();
  };

  onCell = (cell: CellResult): void => {
    this.#cells.push(cell);
    this.#cellTimer ??= setTimeout(() => this.#record(), RECORD_CELLS_MS);
  };

  async close(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#write();
    }
    if (this.#cellTimer !== undefined) {
      clearTimeout(this.#cellTimer);
      this.#record();
    }
    await this.#writing;
  }

  #record(): void {
    this.#cellTimer = undefined;
    const cells = this.#cells.splice(0);
    this.#writing = this.#writing
      .then(() => recordCells(this.#orm.em.fork(), this.#held, cells))
      // A database that is away for a moment: they are recorded with the next ones.
      .then(undefined, () => void this.#cells.unshift(...cells));
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#write(), TRACK_MS);
  }

  #write(): void {
    this.#timer = undefined;
    const state = { progress: this.#progress, backend: this.#backend, log: [...this.#log] };
    // Progress that cannot be recorded is lost; the result is what counts.
    this.#writing = this.#writing.then(() => trackJob(this.#orm.em.fork(), this.#held, state)).catch(() => {});
  }
}
