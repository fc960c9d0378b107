import type { EntityManager } from '@mikro-orm/postgresql';
import { Score, type SplitName } from '../entities/index.js';

/** What is compared: a run by its output, an adapter, or a bare base. */
export interface ComparedSubject {
  readonly kind: 'RUN' | 'ADAPTER' | 'BASE';
  readonly id: string;
}

/**
 * Latest score of each subject on each task, `[subject][task]`, null where there is none. One query for all runs, one for all adapters, one for all bases.
 */
export async function findScores(
  em: EntityManager,
  subjects: readonly ComparedSubject[],
  tasks: readonly string[],
  split: SplitName,
): Promise<readonly (readonly (Score | null)[])[]> {
  const idsOf = (kind: ComparedSubject['kind']): readonly string[] =>
    subjects.filter((subject) => subject.kind === kind).map(({ id }) => id);
  const where = { task: { $in: [...tasks] }, split };
  const orderBy = { createdAt: 'asc' } as const;
  const [runs, adapters, bases] = [idsOf('RUN'), idsOf('ADAPTER'), idsOf('BASE')];
  const scores = [
    ...(runs.length ? await em.find(Score, { ...where, run: { $in: [...runs] } }, { orderBy }) : []),
    ...(adapters.length ? await em.find(Score, { ...where, adapter: { $in: [...adapters] } }, { orderBy }) : []),
    ...(bases.length ? await em.find(Score, { ...where, adapter: null, base: { $in: [...bases] } }, { orderBy }) : []),
  ];
  // Later ones overwrite earlier ones. A score of a run's output is the run's and its adapter's.
  const latest = new Map<string, Score>();
  for (const score of scores) {
    const task = score.task.id;
    if (score.run) latest.set(`RUN ${score.run.id} ${task}`, score);
    if (score.adapter) latest.set(`ADAPTER ${score.adapter.id} ${task}`, score);
    else latest.set(`BASE ${score.base.id} ${task}`, score);
  }
  return subjects.map(({ kind, id }) => tasks.map((task) => latest.get(`${kind} ${id} ${task}`) ?? null));
}
