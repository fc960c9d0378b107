import type { EntityManager } from '@mikro-orm/postgresql';
import type { Node } from '../entities/index.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text can be an id at all: the database refuses others. */
export const isUuid = (id: string): boolean => UUID.test(id);

/** By id, or null; a text that is no UUID is nobody's id, not an error of the database. */
export async function findById<Entity extends Node>(
  em: EntityManager,
  type: abstract new () => Entity,
  id: string,
  populate: readonly string[] = [],
): Promise<Entity | null> {
  if (!isUuid(id)) return null;
  return (await em.findOne(type, { id } as never, { populate: populate as never })) as Entity | null;
}
