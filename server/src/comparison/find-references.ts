import type { EntityManager } from '@mikro-orm/postgresql';
import { Score, type SplitName } from '../entities/index.js';
import { isSameWay } from '../scores/asked-way.js';
import { findSpecialists } from './find-specialists.js';
import { referenceKey } from './reference-key.js';

export type ComparisonReference =
  { readonly kind: 'BASE' | 'SPECIALIST' } | { readonly kind: 'SUBJECT'; readonly subject: number };

interface FindReferencesRequest {
  readonly reference: ComparisonReference;
  readonly tasks: readonly string[];
  readonly split: SplitName;
}

/**
 * What each subject is compared with, `[subject][task]`: the base’s own scores, those of its best specialists, or those of one of the subjects. Null where
 * there is none, or none that was asked the same way as the subject.
 */
export async function findReferences(
  em: EntityManager,
  { reference, tasks, split }: FindReferencesRequest,
  scores: readonly (readonly (Score | null)[])[],
  bases: readonly string[],
): Promise<readonly (readonly (Score | null)[])[]> {
  if (reference.kind === 'SUBJECT') {
    const others = scores[reference.subject]!;
    return scores.map((row) =>
      others.map((other, task) => {
        const own = row[task] ?? null;
        return own === null || other === null || isSameWay(own, other) ? other : null;
      }),
    );
  }
  const distinct = [...new Set(bases)].filter((base) => base !== '');
  const find = reference.kind === 'BASE' ? findBaseScores : findSpecialists;
  const byKey = await find(em, distinct, tasks, split);
  // For a subject that has no score any way will do.
  const byTask = new Map([...byKey.values()].map((score) => [`${score.base.id} ${score.task.id}`, score]));
  return bases.map((base, subject) =>
    tasks.map((task, place) => {
      const own = scores[subject]?.[place] ?? null;
      const found = own === null ? byTask.get(`${base} ${task}`) : byKey.get(referenceKey(base, task, own));
      return found ?? null;
    }),
  );
}

/** Latest score of each bare base on each task, by `referenceKey`. */
async function findBaseScores(
  em: EntityManager,
  bases: readonly string[],
  tasks: readonly string[],
  split: SplitName,
): Promise<ReadonlyMap<string, Score>> {
  const found = await em.find(
    Score,
    { adapter: null, base: { $in: [...bases] }, task: { $in: [...tasks] }, split },
    { orderBy: { createdAt: 'asc' } },
  );
  return new Map(found.map((score) => [referenceKey(score.base.id, score.task.id, score), score]));
}
