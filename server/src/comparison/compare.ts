import type { EntityManager } from '@mikro-orm/postgresql';
import { Task, type Adapter, type BaseModel, type FusionRun, type Score, type SplitName } from '../entities/index.js';
import { findById } from '../services/find-by-id.js';
import { InvalidOptions, NotFound, QuotaExceeded } from '../services/problems.js';
import { compareScores, type ComparedRow, type ScoredCell } from './compare-scores.js';
import { findReferences, type ComparisonReference } from './find-references.js';
import { findScores, type ComparedSubject } from './find-scores.js';
import { findSettings, type Setting } from './find-settings.js';
import { findBases, findChosen, findSubjects } from './find-subjects.js';
import { comparisonLimits } from './limits.js';
import type { OutcomeCache } from './outcome-cache.js';

export interface ComparisonRequest {
  readonly subjects: readonly ComparedSubject[];
  readonly tasks: readonly string[];
  readonly split: SplitName;
  readonly reference: ComparisonReference;
  readonly alpha: number;
  readonly seed: number;
}

export interface ComparedSubjectRow {
  readonly subject: FusionRun | Adapter | BaseModel;
  /** One per task. */
  readonly scores: readonly (Score | null)[];
  readonly references: readonly (Score | null)[];
  /** Whether the subject was chosen by its scores on this very split, which flatter it then. */
  readonly chosenHere: boolean;
  readonly settings: readonly Setting[];
  readonly row: ComparedRow;
}

export interface Compared {
  readonly tasks: readonly Task[];
  readonly rows: readonly ComparedSubjectRow[];
  readonly bootstrapped: boolean;
}

const NO_OUTCOMES = new Uint8Array(0);

/** Scores of many subjects on the same tasks beside each other, each against its reference on the same examples. */
export async function compare(
  em: EntityManager,
  outcomes: OutcomeCache,
  request: ComparisonRequest,
): Promise<Compared | NotFound | QuotaExceeded | InvalidOptions> {
  const problem = checkRequest(request);
  if (problem) return problem;
  const tasks: Task[] = [];
  for (const [index, id] of request.tasks.entries()) {
    const task = await findById(em, Task, id);
    if (task === null) return new NotFound('task', id, ['tasks', index]);
    tasks.push(task);
  }
  const subjects = await findSubjects(em, request.subjects);
  if (subjects instanceof NotFound) return subjects;
  const scores = await findScores(em, request.subjects, request.tasks, request.split);
  const bases = await findBases(em, subjects);
  const references = await findReferences(em, request, scores, bases);
  const chosen = await findChosen(em, subjects, request.split);
  const settings = await findSettings(em, subjects);
  const bootstrapped = subjects.length <= comparisonLimits.bootstrapped;
  // One cell per score, so that a subject that is its own reference is seen to be.
  const cells = new Map<string, ScoredCell>();
  for (const score of [...scores, ...references].flat()) {
    if (score !== null && !cells.has(score.id)) {
      // Where answers are near or far, or only another program knows them, nothing can be paired.
      const known = score.outcomes === null ? NO_OUTCOMES : await outcomes.read(score.outcomes);
      cells.set(score.id, { value: score.value, outcomes: known });
    }
  }
  const cellsOf = (row: readonly (Score | null)[]): readonly (ScoredCell | null)[] =>
    row.map((score) => (score === null ? null : cells.get(score.id)!));
  const rows = compareScores(scores.map(cellsOf), references.map(cellsOf), {
    alpha: request.alpha,
    seed: request.seed,
    bootstrap: bootstrapped,
  });
  return {
    tasks,
    bootstrapped,
    rows: subjects.map((subject, i) => ({
      subject,
      scores: scores[i]!,
      references: references[i]!,
      chosenHere: chosen.has(subject.id),
      settings: settings[i]!,
      row: rows[i]!,
    })),
  };
}

function checkRequest({
  subjects,
  tasks,
  reference,
  alpha,
}: ComparisonRequest): QuotaExceeded | InvalidOptions | undefined {
  const sizes = [
    ['subjects', subjects.length, comparisonLimits.subjects, 'subjects'],
    ['tasks', tasks.length, comparisonLimits.tasks, 'tasks'],
    ['cells (subjects × tasks)', subjects.length * tasks.length, comparisonLimits.cells, 'subjects'],
  ] as const;
  for (const [what, got, limit, path] of sizes) if (got > limit) return new QuotaExceeded(what, got, limit, [path]);
  const issues: { code: string; message: string; path: string[] }[] = [];
  const refuse = (message: string, path: string[]): void =>
    void issues.push({ code: 'COMPARISON_INVALID', message, path });
  if (subjects.length === 0) refuse('There is nothing to compare; give at least one subject.', ['subjects']);
  if (tasks.length === 0) refuse('There are no tasks to compare on; give at least one.', ['tasks']);
  if (new Set(tasks).size < tasks.length) refuse('A task is listed twice; list each once.', ['tasks']);
  if (!(alpha > 0 && alpha < 1)) refuse(`alpha is ${alpha}; give a number between 0 and 1, such as 0.05.`, ['alpha']);
  const { kind } = reference;
  if (kind === 'SUBJECT' && !(Number.isInteger(reference.subject) && subjects[reference.subject] !== undefined)) {
    refuse(`The reference is subject ${reference.subject}, and there are ${subjects.length}.`, ['referenceSubject']);
  }
  return issues.length > 0 ? new InvalidOptions(issues) : undefined;
}
