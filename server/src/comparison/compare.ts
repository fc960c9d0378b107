import type { EntityManager } from '@mikro-orm/postgresql';
import { Adapter, BaseModel, FusionMember, FusionRun, Task, type Score, type SplitName } from '../entities/index.js';
import { findById, isUuid } from '../services/find-by-id.js';
import { InvalidOptions, NotFound, QuotaExceeded } from '../services/problems.js';
import { compareScores, type ComparedRow, type ScoredCell } from './compare-scores.js';
import { findScores, type ComparedSubject } from './find-scores.js';
import { findSpecialists } from './find-specialists.js';
import { comparisonLimits } from './limits.js';
import type { OutcomeCache } from './outcome-cache.js';

export type ComparisonReference =
  { readonly kind: 'BASE' | 'SPECIALIST' } | { readonly kind: 'SUBJECT'; readonly subject: number };

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
  const bases = await basesOf(em, subjects);
  const references = await referencesOf(em, request, scores, bases);
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

/** One query for each kind, however many there are. */
async function findSubjects(
  em: EntityManager,
  subjects: readonly ComparedSubject[],
): Promise<readonly (FusionRun | Adapter | BaseModel)[] | NotFound> {
  const names = { RUN: 'fusion run', ADAPTER: 'adapter', BASE: 'base model' } as const;
  const idsOf = (kind: ComparedSubject['kind']): string[] =>
    subjects.filter((subject) => subject.kind === kind && isUuid(subject.id)).map(({ id }) => id);
  const [runs, adapters, bases] = [idsOf('RUN'), idsOf('ADAPTER'), idsOf('BASE')];
  const rows = [
    ...(runs.length ? await em.find(FusionRun, { id: { $in: runs } }) : []),
    ...(adapters.length ? await em.find(Adapter, { id: { $in: adapters } }) : []),
    ...(bases.length ? await em.find(BaseModel, { id: { $in: bases } }) : []),
  ];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const missing = subjects.findIndex(({ id }) => !byId.has(id));
  if (missing >= 0) return new NotFound(names[subjects[missing]!.kind], subjects[missing]!.id, ['subjects', missing]);
  return subjects.map(({ id }) => byId.get(id)!);
}

/** Base of each subject; a run's is that of its members. */
async function basesOf(
  em: EntityManager,
  subjects: readonly (FusionRun | Adapter | BaseModel)[],
): Promise<readonly string[]> {
  const runs = subjects.filter((subject) => subject instanceof FusionRun).map(({ id }) => id);
  const members = runs.length
    ? await em.find(FusionMember, { run: { $in: runs }, position: 0 }, { populate: ['adapter'] })
    : [];
  const byRun = new Map(members.map(({ run, adapter }) => [run.id, adapter.getEntity().base.id]));
  return subjects.map((subject) => {
    if (subject instanceof FusionRun) return byRun.get(subject.id) ?? '';
    return subject instanceof Adapter ? subject.base.id : subject.id;
  });
}

async function referencesOf(
  em: EntityManager,
  { reference, tasks, split }: ComparisonRequest,
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
