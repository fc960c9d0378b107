import type { EntityManager } from '@mikro-orm/postgresql';
import { RunState, StatisticsRun, type Adapter, type StatisticsKindName } from '../entities/index.js';

/** Of each adapter the digest of its latest statistics of that kind, on its own task where it has one; null where there are none. One query for all. */
export async function findStatistics(
  em: EntityManager,
  kind: StatisticsKindName,
  adapters: readonly Adapter[],
): Promise<readonly (string | null)[]> {
  const runs = await em.find(
    StatisticsRun,
    { kind, state: RunState.SUCCEEDED, adapter: { digest: { $in: adapters.map(({ digest }) => digest) } } },
    { orderBy: { createdAt: 'asc', id: 'asc' }, populate: ['adapter'] },
  );
  return adapters.map(({ digest, task }) => {
    const own = runs.filter((run) => {
      return run.adapter.getEntity().digest === digest && (task === null || run.task.id === task.id);
    });
    return own.at(-1)?.digest ?? null;
  });
}
