import type { EntityManager } from '@mikro-orm/postgresql';
import type { BaseImportResult } from '../compute/base-import-protocol.js';
import { BaseModel, type ExportedFileRecord } from '../entities/index.js';
import { idOfContent } from '../entities/id-of-content.js';

/** Within a transaction: the row of these weights. Weights that are here already are found again, whatever they were called. */
export async function keepBaseModel(
  em: EntityManager,
  name: string,
  model: BaseImportResult['model'],
  files: readonly ExportedFileRecord[],
): Promise<BaseModel> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [model.digest]);
  let base = await em.findOne(BaseModel, { digest: model.digest });
  base ??= em.create(BaseModel, {
    ...model,
    id: idOfContent('base', model.digest),
    name,
    files: Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256])),
    sizeBytes: files.reduce((sum, { byteLength }) => sum + byteLength, 0),
  } as never);
  em.persist(base);
  return base;
}
