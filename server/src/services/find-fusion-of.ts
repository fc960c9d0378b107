import type { EntityManager } from '@mikro-orm/postgresql';
import { FusionMember, FusionRun } from '../entities/index.js';

/** The fusion that made an adapter, as its only output or as one of several; null for an adapter that was trained or imported. */
export async function findFusionOf(em: EntityManager, adapter: string): Promise<FusionRun | null> {
  const run = await em.findOne(FusionRun, { output: adapter });
  if (run !== null) return run;
  const member = await em.findOne(FusionMember, { output: adapter }, { populate: ['run'] });
  return member && member.run.getEntity();
}
