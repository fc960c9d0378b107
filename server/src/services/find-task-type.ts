import type { EntityManager } from '@mikro-orm/postgresql';
import { FusionMember, type Adapter } from '../entities/index.js';
import { findFusionOf } from './find-fusion-of.js';

/** PEFT's `task_type`, as the files of an imported adapter had it; a fused adapter is for what all of its members were for. */
export async function findTaskType(em: EntityManager, adapter: Adapter): Promise<string | null> {
  await em.populate(adapter, ['inspection']);
  if (adapter.inspection) return adapter.inspection.taskType;
  const fused = await findFusionOf(em, adapter.id);
  if (fused === null) return null;
  const members = await em.find(FusionMember, { run: fused.id }, { populate: ['adapter', 'adapter.inspection'] });
  const types = new Set(members.map(({ adapter }) => adapter.getEntity().inspection?.taskType ?? null));
  return types.size === 1 ? [...types][0]! : null;
}
