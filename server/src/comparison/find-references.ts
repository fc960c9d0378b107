import type { EntityManager } from '@mikro-orm/postgresql';
import type { Score, SplitName } from '../entities/index.js';
import { findScores } from './find-scores.js';
import { findSpecialists } from './find-specialists.js';

export type ComparisonReference =
  { readonly kind: 'BASE' | 'SPECIALIST' } | { readonly kind: 'SUBJECT'; readonly subject: number };

interface FindReferencesRequest {
  readonly reference: ComparisonReference;
  readonly tasks: readonly string[];
  readonly split: SplitName;
}

/** What each subject is compared with, `[subject][task]`: the base’s own scores, those of its best specialists, or those of one of the subjects. */
export async function findReferences(
  em: EntityManager,
  { reference, tasks, split }: FindReferencesRequest,
  scores: readonly (readonly (Score | null)[])[],
  bases: readonly string[],
): Promise<readonly (readonly (Score | null)[])[]> {
  if (reference.kind === 'SUBJECT') return scores.map(() => scores[reference.subject]!);
  const distinct = [...new Set(bases)].filter((base) => base !== '');
  if (reference.kind === 'BASE') {
    const rows = await findScores(
      em,
      distinct.map((id) => ({ kind: 'BASE', id })),
      tasks,
      split,
    );
    const byBase = new Map(distinct.map((id, i) => [id, rows[i]!]));
    return bases.map((base) => byBase.get(base) ?? tasks.map(() => null));
  }
  const specialists = await findSpecialists(em, distinct, tasks, split);
  return bases.map((base) => tasks.map((task) => specialists.get(`${base} ${task}`) ?? null));
}
