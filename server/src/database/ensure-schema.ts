import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { MIGRATIONS_FOLDER } from './migrations-folder.js';

/**
 * Brings the schema up to date. Whether there is anything to do is asked with one query: loading the whole mapper takes longer than a start may
 * spend on a schema that is as it should be.
 */
export async function ensureSchema(databaseUrl: string): Promise<void> {
  const wanted = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith('.sql'));
  const applied = await appliedMigrations(databaseUrl);
  if (wanted.every((name) => applied.has(name.replace(/\.sql$/, '')))) return;
  const { migrate } = await import('./migrate.js');
  await migrate(databaseUrl);
}

async function appliedMigrations(connectionString: string): Promise<ReadonlySet<string>> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows: found } = await client.query<{ name: string | null }>(
      "select to_regclass('mikro_orm_migrations') as name",
    );
    if (found[0]?.name === null) return new Set();
    const { rows } = await client.query<{ name: string }>('select name from mikro_orm_migrations');
    return new Set(rows.map(({ name }) => name));
  } finally {
    await client.end();
  }
}
