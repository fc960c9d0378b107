import type { EntityManager } from '@mikro-orm/postgresql';
import { Task, type Score, type SplitName } from '../entities/index.js';
import { findById } from '../services/find-by-id.js';
import { InvalidOptions, NotFound } from '../services/problems.js';
import { findReferences } from './find-references.js';
import { findScores, type ComparedSubject } from './find-scores.js';
import { findBases, findSubjects } from './find-subjects.js';
import type { OutcomeCache } from './outcome-cache.js';

/** What became of an example from the reference to the subject: two changes, and two that are none. */
export const changes = ['WON', 'LOST', 'BOTH_RIGHT', 'BOTH_WRONG'] as const;
export type Change = (typeof changes)[number];

export interface OutcomesRequest {
  readonly subject: ComparedSubject;
  readonly reference:
    { readonly kind: 'BASE' | 'SPECIALIST' } | { readonly kind: 'SUBJECT'; readonly subject: ComparedSubject };
  readonly task: string;
  readonly split: SplitName;
}

export interface PairedOutcomes {
  readonly task: Task;
  readonly score: Score;
  readonly reference: Score;
  /** One per example, in the split's order. */
  readonly changeOf: (position: number) => Change;
  readonly n: number;
}

/** What one subject and its reference got right and wrong, example by example: the pairs that `comparison` counts. */
export async function findOutcomes(
  em: EntityManager,
  outcomes: OutcomeCache,
  { subject, reference, task: taskId, split }: OutcomesRequest,
): Promise<PairedOutcomes | NotFound | InvalidOptions> {
  const task = await findById(em, Task, taskId);
  if (task === null) return new NotFound('task', taskId, ['task']);
  const asked = reference.kind === 'SUBJECT' ? [subject, reference.subject] : [subject];
  const subjects = await findSubjects(em, asked);
  if (subjects instanceof NotFound) return subjects;
  const scores = await findScores(em, asked, [task.id], split);
  const bases = await findBases(em, subjects);
  const wanted = reference.kind === 'SUBJECT' ? ({ kind: 'SUBJECT', subject: 1 } as const) : reference;
  const references = await findReferences(em, { reference: wanted, tasks: [task.id], split }, scores, bases);
  const [own, other] = [scores[0]![0]!, references[0]![0]!];
  const refuse = (message: string, path: string): InvalidOptions =>
    new InvalidOptions([{ code: 'OUTCOMES_UNKNOWN', message, path: [path] }]);
  if (own === null) return refuse(`The subject has no score on "${task.name}"; score it there.`, 'subject');
  if (other === null) return refuse(`The reference has no score on "${task.name}"; score it there.`, 'reference');
  if (own.outcomes === null || other.outcomes === null) {
    return refuse(
      `Which examples of "${task.name}" were right is not known: answers are near or far, or another program knows them.`,
      'task',
    );
  }
  const [after, before] = [await outcomes.read(own.outcomes), await outcomes.read(other.outcomes)];
  if (after.length !== before.length) {
    return refuse(
      `The subject was scored on ${after.length} examples of "${task.name}", the reference on ${before.length}; score both on the same ones.`,
      'reference',
    );
  }
  const changeOf = (position: number): Change => {
    if (after[position] === before[position]) return after[position] ? 'BOTH_RIGHT' : 'BOTH_WRONG';
    return after[position] ? 'WON' : 'LOST';
  };
  return { task, score: own, reference: other, changeOf, n: after.length };
}

/** How many examples each change has, and the places of those that have one of the changes asked for. */
export function sortOutcomes(
  { n, changeOf }: Pick<PairedOutcomes, 'n' | 'changeOf'>,
  asked: ReadonlySet<Change>,
): { readonly counts: Readonly<Record<Change, number>>; readonly places: readonly number[] } {
  const counts = { WON: 0, LOST: 0, BOTH_RIGHT: 0, BOTH_WRONG: 0 };
  const places: number[] = [];
  for (let position = 0; position < n; position += 1) {
    const change = changeOf(position);
    counts[change] += 1;
    if (asked.has(change)) places.push(position);
  }
  return { counts, places };
}
