import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Migration, Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { Client } from 'pg';
import { MIGRATIONS_FOLDER } from './migrations-folder.js';
import { ormConfig } from './orm.js';

/** Any number, but always this one: the lock under which schemas are changed. */
const LOCK = 0x63727563;

/**
 * Brings the schema up to date: applies the SQL files of `migrations/` that were not applied yet, in the order of their names, each in a
 * transaction. Two processes that start at once take turns.
 */
export async function migrate(databaseUrl: string, folder: string = MIGRATIONS_FOLDER): Promise<readonly string[]> {
  const lock = new Client({ connectionString: databaseUrl });
  lock.on('error', () => {});
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCK]);
    const orm = await openForMigration(databaseUrl, folder);
    try {
      const applied = await orm.migrator.up();
      return applied.map(({ name }) => name);
    } finally {
      await orm.close();
    }
  } finally {
    await lock.end();
  }
}

export async function openForMigration(databaseUrl: string, folder: string): Promise<MikroORM> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrationsList = await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return { name: name.replace(/\.sql$/, ''), class: sqlMigration(sql) };
    }),
  );
  return MikroORM.init({
    ...ormConfig({ databaseUrl, connections: 2 }),
    extensions: [Migrator],
    migrations: { migrationsList, snapshot: false, allOrNothing: true, silent: true },
  });
}

function sqlMigration(sql: string): new (...args: ConstructorParameters<typeof Migration>) => Migration {
  return class extends Migration {
    override up(): void {
      for (const statement of splitStatements(sql)) this.addSql(statement);
    }
  };
}

/** Statements end with a semicolon at the end of a line: the rule that `make-migration` writes by. */
export function splitStatements(sql: string): readonly string[] {
  return sql
    .split(/;[ \t]*(?:\r?\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
