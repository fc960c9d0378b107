import type { EntityManager } from '@mikro-orm/postgresql';
import { Client } from 'pg';
import { wakeWorkers } from '../changes/index.js';
import { RunState } from '../entities/index.js';
import { announce, JOB_TABLES, lockJob } from './job-row.js';
import type { JobKind } from './job-queue.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { requeue } from './settle.js';

/** First key of the advisory locks that workers hold on themselves; the second is the worker's number. */
const WORKERS = 0x43524b57;

/** A worker's sign of life: an advisory lock of a connection of its own, which PostgreSQL lets go in the moment that the worker is dead. */
export interface WorkerIdentity {
  readonly worker: number;
  release(): Promise<void>;
}

export async function takeIdentity(connectionString: string, onLost: (error: Error) => void): Promise<WorkerIdentity> {
  const client = new Client({ connectionString, application_name: 'crucible-worker', keepAlive: true });
  let releasing = false;
  client.on('error', (error) => {
    if (!releasing) onLost(error);
    releasing = true;
  });
  await client.connect();
  for (;;) {
    const worker = 1 + Math.floor(Math.random() * 0x7ffffffe);
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [
      WORKERS,
      worker,
    ]);
    if (rows[0]?.taken !== true) continue;
    return {
      worker,
      release: async () => {
        releasing = true;
        await client.end();
      },
    };
  }
}

/** How long a message may lie fetched and unclaimed before its worker is taken for dead: fetching and claiming are a moment apart. */
const UNCLAIMED = '3 seconds';

/**
 * Finds jobs whose worker died and queues them again: those that it was computing, and those whose message it had fetched and not begun.
 * Run by every worker at its start and from then on every few seconds. Answers how many were found.
 */
export async function recoverJobs(em: EntityManager, queue: PgBossQueue): Promise<number> {
  let found = 0;
  for (const kind of Object.keys(JOB_TABLES) as JobKind[]) {
    for (const { id } of await abandoned(em, kind)) {
      const recovered = await em.fork().transactional(async (em) => {
        // Whether it is still so is asked again under the lock: another worker may have been quicker.
        const job = await lockJob(em, kind, id);
        if (job === null || !(await abandoned(em, kind, id)).length) return false;
        if (job.queueJob !== null) await queue.discard(job.queueJob, em);
        if (job.state === RunState.RUNNING) job.log = [...job.log, `attempt ${job.attempt} was cut off; queued again`];
        await requeue(em, queue, kind, job);
        await announce(em, job);
        await wakeWorkers(em);
        return true;
      });
      if (recovered) found += 1;
    }
  }
  return found;
}

async function abandoned(
  em: EntityManager,
  kind: JobKind,
  id: string | null = null,
): Promise<readonly { id: string }[]> {
  // The lock of a live worker cannot be shared; that of a dead one is taken for the length of this transaction and let go.
  return em.execute(
    `select job.id from ${JOB_TABLES[kind]} job left join pgboss.job message on message.id = job.queue_job
      where (?::uuid is null or job.id = ?::uuid) and (
        (job.state = 'RUNNING' and (job.worker is null or pg_try_advisory_xact_lock_shared(?, job.worker)))
        or (job.state = 'QUEUED' and (message.id is null or message.state not in ('created', 'retry', 'active')
          or (message.state = 'active' and message.started_on < now() - interval '${UNCLAIMED}'))))`,
    [id, id, WORKERS],
  );
}
