import type { Node } from '../../entities/index.js';
import { NotFound } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';
import { isUuid } from '../lists/ids.js';
import { Deleted, type DeleteResult } from '../types/results.js';

/** Deletes what `id` names, if it is one of `classes`: `deleteAdapter` must not delete a run. */
export async function removeById(
  { em, platform }: ApiContext,
  kind: string,
  id: string,
  ...classes: readonly (abstract new () => Node)[]
): Promise<typeof DeleteResult> {
  if (!isUuid(id)) return new NotFound(kind, id, ['id']);
  for (const entity of classes) {
    if ((await em.count<Node>(entity, { id })) === 0) continue;
    const result = await platform.services.remove(em, id);
    if ('code' in result) return result;
    platform.garbage.soon();
    return new Deleted(result.id);
  }
  return new NotFound(kind, id, ['id']);
}
