import type { EntityManager } from '@mikro-orm/postgresql';
import { Adapter, Origin, Score, type SplitName } from '../entities/index.js';
import { referenceKey } from './reference-key.js';

/**
 * The best specialist's score of each base, task and way of asking, by `referenceKey`: of the adapters that were trained on the task, the one that scores highest on this split.
 * The reference of `normalizedByBest`.
 */
export async function findSpecialists(
  em: EntityManager,
  bases: readonly string[],
  tasks: readonly string[],
  split: SplitName,
): Promise<ReadonlyMap<string, Score>> {
  const trained = await em.find(Adapter, {
    base: { $in: [...bases] },
    task: { $in: [...tasks] },
    origin: { $in: [Origin.TRAINED, Origin.IMPORTED] },
  });
  const taskOf = new Map(trained.map(({ id, task }) => [id, task!.id]));
  const scores = await em.find(
    Score,
    { adapter: { $in: [...taskOf.keys()] }, task: { $in: [...tasks] }, split },
    { orderBy: { createdAt: 'asc' } },
  );
  const best = new Map<string, Score>();
  for (const score of scores) {
    if (taskOf.get(score.adapter!.id) !== score.task.id) continue;
    const key = referenceKey(score.base.id, score.task.id, score);
    if (score.value >= (best.get(key)?.value ?? Number.NEGATIVE_INFINITY)) best.set(key, score);
  }
  return best;
}
