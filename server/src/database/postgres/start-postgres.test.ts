import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from './start-postgres.js';

describe('the embedded PostgreSQL', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'crucible-postgres-'));
    await chmod(home, 0o755);
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('keeps what was committed from one start to the next, with fsync on and a password', async () => {
    const first = await startPostgres(home);
    await query(first.url, 'create table kept (n int)');
    await query(first.url, 'insert into kept values (42)');
    await first.stop();
    const second = await startPostgres(home);
    try {
      expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
      expect(await query(second.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
      const wrong = second.url.replace(/:[^:@]+@/, ':wrong@');
      await expect(query(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
    } finally {
      await second.stop();
    }
  });

  it('stops a server that is left over on the same folder, and loses nothing of what it had committed', async () => {
    const orphan = await startPostgres(home);
    const next = await startPostgres(home);
    try {
      await orphan.failed;
      expect(await query(next.url, 'select n from kept')).toEqual([{ n: 42 }]);
    } finally {
      await next.stop();
    }
  });
});

async function query<Row>(connectionString: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}
