import { NotFound } from '../../services/index.js';
import { isUuid } from '../lists/ids.js';

/** The first id that cannot be one, as the outcome `NotFound`: services ask the database, which would refuse it as a syntax error. */
export function findMalformed(
  ids: readonly (readonly [kind: string, id: string | null | undefined, path: readonly (string | number)[]])[],
): NotFound | undefined {
  for (const [kind, id, path] of ids) {
    if (id !== undefined && id !== null && !isUuid(id)) return new NotFound(kind, id.slice(0, 100), path);
  }
  return undefined;
}
