import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Every SHA-256 that stands anywhere in the database, in whatever column: a blob is kept if anything at all names it. A column that a later version adds
 * cannot be forgotten here; what is kept in vain is small.
 */
export async function findReferenced(em: EntityManager): Promise<ReadonlySet<string>> {
  const tables = await em.execute<{ name: string }[]>(
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const found = new Set<string>();
  for (const { name } of tables) {
    const rows = await em.execute<{ digest: string }[]>(
      `select distinct match[1] as digest from ${name} as t, regexp_matches(t::text, '\\m[0-9a-f]{64}\\M', 'g') as match`,
    );
    for (const { digest } of rows) found.add(digest);
  }
  return found;
}
