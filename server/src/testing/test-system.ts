import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Adapter, Origin, type FusionRun } from '../entities/index.js';
import { isFinal, PgBossQueue, type AnyJob } from '../jobs/index.js';
import { createPlatform, type Platform } from '../platform/index.js';
import { Problem } from '../services/index.js';
import { ComputePool } from '../worker/compute-pool.js';
import { ComputeProcess } from '../worker/compute-process.js';
import { Supervisor } from '../worker/supervisor.js';
import { workerSettings, type WorkerSettings } from '../worker/worker-settings.js';
import { startTestDatabase, type TestDatabase } from './test-database.js';
import { writeTinyWorkspace } from './tiny-workspace.js';

/** Everything but HTTP: a database, the services, and workers when a test starts them. Compute processes are real, from `server/dist`. */
export class TestSystem {
  readonly database: TestDatabase;
  readonly platform: Platform;
  readonly #supervisors: Supervisor[] = [];
  readonly #queues: PgBossQueue[] = [];

  private constructor(database: TestDatabase, platform: Platform) {
    this.database = database;
    this.platform = platform;
  }

  /** With the tiny workspace taken in. */
  static async start(): Promise<TestSystem> {
    const database = await startTestDatabase();
    const backend = { name: 'wasm', reason: 'the tests say so', considered: [] };
    const platform = await createPlatform({ databaseUrl: database.url, home: database.home, backend });
    const workspace = join(database.home, 'workspace');
    await writeTinyWorkspace(workspace);
    await platform.services.importWorkspace(platform.orm.em.fork(), workspace);
    return new TestSystem(database, platform);
  }

  get em(): EntityManager {
    return this.platform.orm.em.fork();
  }

  /** Starts a worker; `processes` gets every compute process that it starts. */
  async startWorker(
    options: Partial<WorkerSettings> & { readonly started?: ComputeProcess[]; readonly entry?: string } = {},
  ): Promise<Supervisor> {
    const { started = [], entry, ...settings } = options;
    const queue = await PgBossQueue.open(this.database.url);
    this.#queues.push(queue);
    const supervisor = new Supervisor({
      orm: this.platform.orm,
      queue,
      blobs: this.platform.blobs,
      settings: { ...workerSettings(this.database.url, this.database.home, {}), processes: 1, ...settings },
      pool: new ComputePool(() => {
        const process = new ComputeProcess(entry);
        started.push(process);
        return process;
      }),
      onLost: () => {},
    });
    this.#supervisors.push(supervisor);
    await supervisor.start();
    return supervisor;
  }

  async stopWorkers(): Promise<void> {
    for (const supervisor of this.#supervisors.splice(0)) await supervisor.stop();
    for (const queue of this.#queues.splice(0)) await queue.close();
  }

  async adapters(method: string): Promise<readonly Adapter[]> {
    return this.em.find(Adapter, { method, origin: Origin.IMPORTED }, { orderBy: { name: 'asc' } });
  }

  /** Resolves when `condition` holds for the job, looking again at each change of it. */
  async until<J extends AnyJob>(job: J, condition: (job: J) => boolean = isFinal): Promise<J> {
    const aborter = new AbortController();
    const changes = this.platform.changes.subscribe(({ id }) => id === job.id, aborter.signal);
    try {
      let next = changes.next();
      for (;;) {
        const now = (await this.platform.services.findJob(this.em, job.id)) as J;
        if (condition(now)) return now;
        await next;
        next = changes.next();
      }
    } finally {
      aborter.abort();
    }
  }

  /** The digest of a finished run's output. */
  async digestOf(run: FusionRun): Promise<string> {
    return (await this.em.findOneOrFail(Adapter, { id: run.output!.id })).digest;
  }

  async dispose(): Promise<void> {
    await this.stopWorkers();
    await this.platform.dispose();
    await this.database.dispose();
  }
}

/** The outcome of a service, which must not be a problem. */
export function succeeded<T>(outcome: T): Exclude<T, Problem> {
  if (outcome instanceof Problem) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome as Exclude<T, Problem>;
}
