import type { EntityManager } from '@mikro-orm/postgresql';
import { Score, type SplitName } from '../entities/index.js';
import { wayKey } from '../scores/asked-way.js';

/** What is compared: a run by its output, an adapter, or a bare base. */
export interface ComparedSubject {
  readonly kind: 'RUN' | 'ADAPTER' | 'BASE';
  readonly id: string;
}

/**
 * Latest score of each subject on each task, `[subject][task]`, null where there is none. Scores of several ways of asking are no comparison: of each task those of
 * the way are taken in which most subjects have one, and another only of a subject that has none of that. One query for all runs, one for all adapters,
 * one for all bases.
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
  // By subject and task, then by way, the latest way last. Later scores overwrite earlier ones. A score of a run's output is the run's and its adapter's.
  const latest = new Map<string, Map<string, Score>>();
  const keep = (key: string, score: Score): void => {
    const ways = latest.get(key) ?? new Map<string, Score>();
    latest.set(key, ways);
    const way = wayKey(score);
    ways.delete(way);
    ways.set(way, score);
  };
  for (const score of scores) {
    const task = score.task.id;
    if (score.run) keep(`RUN ${score.run.id} ${task}`, score);
    if (score.adapter) keep(`ADAPTER ${score.adapter.id} ${task}`, score);
    else keep(`BASE ${score.base.id} ${task}`, score);
  }
  const columns = tasks.map((task) =>
    pickOneWay(subjects.map(({ kind, id }) => [...(latest.get(`${kind} ${id} ${task}`)?.values() ?? [])])),
  );
  return subjects.map((_, row) => columns.map((column) => column[row]!));
}

/** One score of each subject, of the way that most of them have; of several such ways the one with the latest score. */
function pickOneWay(choices: readonly (readonly Score[])[]): readonly (Score | null)[] {
  const ways = new Map<string, { readonly count: number; readonly at: number }>();
  for (const score of choices.flat()) {
    const { count, at } = ways.get(wayKey(score)) ?? { count: 0, at: 0 };
    ways.set(wayKey(score), { count: count + 1, at: Math.max(at, score.createdAt.getTime()) });
  }
  const [common] = [...ways].sort(([, a], [, b]) => b.count - a.count || b.at - a.at);
  return choices.map((own) => own.find((score) => wayKey(score) === common?.[0]) ?? own.at(-1) ?? null);
}
