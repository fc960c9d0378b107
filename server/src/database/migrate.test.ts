import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { pendingSchemaChange } from './make-migration.js';
import { migrate, splitStatements } from './migrate.js';

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestDatabase({ migrated: false });
  });
  afterAll(() => database.dispose());

  it('lead to exactly the schema that the entities declare, and are applied once', async () => {
    expect(await migrate(database.url)).not.toEqual([]);
    expect(await pendingSchemaChange(database.url)).toBe('');
    expect(await migrate(database.url)).toEqual([]);
  });

  it.each([
    ['create table a (n int);\ncreate table b (n int);\n', ['create table a (n int)', 'create table b (n int)']],
    ["insert into a values ('x; y');\n", ["insert into a values ('x; y')"]],
    ['\n\n', []],
  ])('are split at semicolons that end a line: %j', (sql, statements) => {
    expect(splitStatements(sql)).toEqual(statements);
  });
});
