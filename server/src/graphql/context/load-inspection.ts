import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { AdapterInspection, type Adapter, type ImportRun } from '../../entities/index.js';

type Inspected = typeof Adapter | typeof ImportRun;
type Loader = DataLoader<string, AdapterInspection | null>;

/** One loader a table and operation; it is gone with the operation's `EntityManager`. */
const loaders = new WeakMap<EntityManager, Map<Inspected, Loader>>();

/** What a row's files were understood as. Rows are read without it, for it is long; many that ask for it at once are one query. */
export async function loadInspection(
  em: EntityManager,
  entity: Inspected,
  id: string,
): Promise<AdapterInspection | null> {
  const own = loaders.get(em) ?? new Map<Inspected, Loader>();
  loaders.set(em, own);
  const loader = own.get(entity) ?? new DataLoader((ids) => readInspections(em, entity, ids));
  own.set(entity, loader);
  return await loader.load(id);
}

async function readInspections(
  em: EntityManager,
  entity: Inspected,
  ids: readonly string[],
): Promise<(AdapterInspection | null)[]> {
  const { tableName } = em.getMetadata().get<Adapter | ImportRun>(entity);
  const rows = await em.execute<{ id: string; inspection: AdapterInspection | null }[]>(
    `select "id", "inspection" from "${tableName}" where "id" in (${ids.map(() => '?').join(', ')})`,
    [...ids],
  );
  const found = new Map(rows.map(({ id, inspection }) => [id, inspection]));
  return ids.map((id) => {
    const inspection = found.get(id) ?? null;
    return inspection && Object.assign(new AdapterInspection(), inspection);
  });
}
