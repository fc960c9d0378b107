import type { EntityManager } from '@mikro-orm/postgresql';
import { notifyChange } from '../changes/index.js';
import type { BackendUse, Progress } from '../entities/index.js';
import { CHANGE_KINDS, JOB_TABLES } from './job-row.js';
import type { Held } from './settle.js';

/** Lines of log that a job keeps: the last ones. */
export const LOG_LINES = 200;

export interface Tracking {
  readonly progress: Progress | null;
  readonly backend: BackendUse | null;
  readonly log: readonly string[];
}

/** Writes what a job says while it works, if it is still held: one statement, without a lock that a transaction would wait for. */
export async function trackJob(em: EntityManager, held: Held, { progress, backend, log }: Tracking): Promise<void> {
  await em.execute(
    `update ${JOB_TABLES[held.kind]} set progress = coalesce(?::jsonb, progress), backend = coalesce(?::jsonb, backend), log = ?::jsonb
      where id = ? and attempt = ? and state = 'RUNNING'`,
    [json(progress), json(backend), JSON.stringify(log), held.id, held.attempt],
  );
  // Of a part of an experiment its cells tell.
  if (held.kind !== 'EXPERIMENT') await notifyChange(em, { kind: CHANGE_KINDS[held.kind], id: held.id });
}

/** Which of these jobs somebody asked to cancel, or are not held any more: their processes are to be stopped. */
export async function findStopped(em: EntityManager, jobs: readonly Held[]): Promise<ReadonlySet<string>> {
  const stopped = new Set<string>();
  for (const { kind, id, attempt } of jobs) {
    const rows: readonly unknown[] = await em.execute(
      `select 1 from ${JOB_TABLES[kind]} where id = ? and attempt = ? and state = 'RUNNING' and cancel_requested_at is null`,
      [id, attempt],
    );
    if (rows.length === 0) stopped.add(id);
  }
  return stopped;
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
