import { mkdtemp, chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from './migrate.js';
import { MIGRATIONS_FOLDER } from './migrations-folder.js';
import { openOrm } from './orm.js';
import { startPostgres } from './postgres/start-postgres.js';

/** SQL that takes the schema after all migrations to the one that the entities say; empty when they agree. */
export async function pendingSchemaChange(databaseUrl: string): Promise<string> {
  const orm = await openOrm({ databaseUrl, connections: 2 });
  try {
    return (await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim();
  } finally {
    await orm.close();
  }
}

/** Writes the next migration: `node server/dist/database/make-migration.js add-sweeps`. */
async function makeMigration(title: string): Promise<string | undefined> {
  const home = await mkdtemp(join(tmpdir(), 'crucible-migration-'));
  await chmod(home, 0o755);
  const postgres = await startPostgres(home);
  try {
    await migrate(postgres.url);
    const sql = await pendingSchemaChange(postgres.url);
    if (sql === '') return undefined;
    const count = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith('.sql')).length;
    const file = join(MIGRATIONS_FOLDER, `${String(count + 1).padStart(4, '0')}-${title}.sql`);
    await writeFile(file, `${sql}\n`);
    return file;
  } finally {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const file = await makeMigration(process.argv[2] ?? 'change');
  process.stdout.write(`${file ?? 'the schema is up to date'}\n`);
}
