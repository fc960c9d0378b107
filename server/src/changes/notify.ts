import type { EntityManager } from '@mikro-orm/postgresql';
import { Client } from 'pg';
import type { Change, ChangeHub } from './change-hub.js';

const CHANGES = 'crucible_changes';
const WAKE = 'crucible_wake';

/** Tells every process, when the transaction commits, that this job has changed. */
export async function notifyChange(em: EntityManager, change: Change): Promise<void> {
  await em.execute('select pg_notify(?, ?)', [CHANGES, JSON.stringify(change)]);
}

/** Tells the workers, when the transaction commits, that there is something to do: a message, or a cancellation. */
export async function wakeWorkers(em: EntityManager): Promise<void> {
  await em.execute('select pg_notify(?, ?)', [WAKE, '']);
}

export interface Listener {
  close(): Promise<void>;
}

/** Feeds a hub with the changes that other processes commit. When the connection is lost, `onLost` is called once. */
export async function listenForChanges(
  databaseUrl: string,
  hub: ChangeHub,
  onLost: (error: Error) => void,
): Promise<Listener> {
  return listen(databaseUrl, CHANGES, (payload) => hub.publish(JSON.parse(payload) as Change), onLost);
}

export async function listenForWork(
  databaseUrl: string,
  wake: () => void,
  onLost: (error: Error) => void,
): Promise<Listener> {
  return listen(databaseUrl, WAKE, wake, onLost);
}

async function listen(
  connectionString: string,
  channel: string,
  onPayload: (payload: string) => void,
  onLost: (error: Error) => void,
): Promise<Listener> {
  const client = new Client({ connectionString, application_name: channel, keepAlive: true });
  let closing = false;
  client.on('error', (error) => {
    if (!closing) onLost(error);
    closing = true;
  });
  client.on('notification', ({ payload }) => onPayload(payload ?? ''));
  await client.connect();
  await client.query(`listen ${channel}`);
  return {
    close: async () => {
      closing = true;
      await client.end();
    },
  };
}
