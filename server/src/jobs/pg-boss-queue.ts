import type { EntityManager } from '@mikro-orm/postgresql';
import { fromKysely, PgBoss, type Db } from 'pg-boss';
import type { JobKind, JobMessage, JobQueue } from './job-queue.js';

const QUEUE = 'compute';

/** Scores first, so that a run that has begun is finished before another begins. */
const PRIORITY: Readonly<Record<JobKind, number>> = {
  EVALUATION: 2,
  FUSION: 1,
  IMPORT: 1,
  EXPORT: 1,
  STATISTICS: 1,
  MODEL_FUSION: 1,
  EXTRACTION: 1,
  ANALYSIS: 0,
  TRAINING: 0,
  // Long: whatever else is asked for meanwhile goes first.
  EXPERIMENT: 0,
};

/** Seconds without a sign of life after which pg-boss gives a message to another worker. Our own recovery is quicker; this one is its net. */
const HEARTBEAT_SECONDS = 60;

export interface ReceivedMessage extends JobMessage {
  readonly messageId: string;
}

/** `JobQueue` on pg-boss: messages are rows of the same database, written in the transaction of the row that they are about. */
export class PgBossQueue implements JobQueue {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** @param maintains Whether this process clears up after others: one process of an installation does. */
  static async open(databaseUrl: string, { maintains = false } = {}): Promise<PgBossQueue> {
    const boss = new PgBoss({
      connectionString: databaseUrl,
      application_name: 'crucible-queue',
      max: 3,
      supervise: maintains,
      schedule: false,
    });
    // pg-boss reports a lost connection here; whoever calls next gets the error anyway, and an unhandled event would end the process.
    boss.on('error', () => {});
    await boss.start();
    await boss.createQueue(QUEUE, {
      policy: 'standard',
      retryLimit: 1000,
      retryDelay: 0,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: 23 * 3600,
    });
    return new PgBossQueue(boss);
  }

  async send(em: EntityManager, message: JobMessage): Promise<string> {
    const id = await this.#boss.send(QUEUE, { ...message }, { db: connection(em), priority: PRIORITY[message.kind] });
    if (id === null) throw new Error('pg-boss took no message although nothing throttles this queue');
    return id;
  }

  async receive(): Promise<ReceivedMessage | undefined> {
    const [job] = await this.#boss.fetch<JobMessage>(QUEUE, { batchSize: 1 });
    return job && { kind: job.data.kind, id: job.data.id, messageId: job.id };
  }

  /** Within the transaction that records what came of it. */
  async complete(messageId: string, em?: EntityManager): Promise<void> {
    await this.#boss.complete(QUEUE, messageId, null, em ? { db: connection(em) } : {});
  }

  async discard(messageId: string, em: EntityManager): Promise<void> {
    await this.#boss.cancel(QUEUE, messageId, { db: connection(em) });
  }

  async touch(messageIds: readonly string[]): Promise<void> {
    if (messageIds.length) await this.#boss.touch(QUEUE, [...messageIds]);
  }

  async depth(): Promise<{ readonly waiting: number; readonly active: number }> {
    const { rows } = await this.#boss.getDb().executeSql(
      `select count(*) filter (where state in ('created', 'retry'))::int as waiting,
                count(*) filter (where state = 'active')::int as active from pgboss.job where name = $1`,
      [QUEUE],
    );
    const [row] = rows as { waiting: number; active: number }[];
    return row ?? { waiting: 0, active: 0 };
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: true });
  }
}

function connection(em: EntityManager): Db {
  const transaction = em.getTransactionContext();
  if (transaction === undefined) throw new Error('a message is sent in the transaction of its row; there is none');
  return fromKysely(transaction);
}
