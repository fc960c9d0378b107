import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Whether this database is the only one that was ever used with this store. What one database does not name, another may: a home that is started with another
 * DATABASE_URL for an afternoon must not lose its files.
 */
export async function isOnlyOwner(em: EntityManager, root: string): Promise<boolean> {
  const rows = await em.execute<{ owner: string }[]>(
    `select system_identifier::text || '/' || (select oid from pg_database where datname = current_database())::text as owner from pg_control_system()`,
  );
  const owner = rows[0]!.owner;
  const path = join(root, 'owners.json');
  const known = await readFile(path, 'utf8').then(
    (text) => JSON.parse(text) as readonly string[],
    (error: NodeJS.ErrnoException): readonly string[] => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  if (!known.includes(owner)) {
    await mkdir(root, { recursive: true });
    await writeFile(path, JSON.stringify([...known, owner]));
  }
  return known.every((other) => other === owner);
}
