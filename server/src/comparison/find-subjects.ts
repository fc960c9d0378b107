import type { EntityManager } from '@mikro-orm/postgresql';
import { Adapter, BaseModel, FusionMember, FusionRun, SplitName, Sweep } from '../entities/index.js';
import { isUuid } from '../services/find-by-id.js';
import { NotFound } from '../services/problems.js';
import type { ComparedSubject } from './find-scores.js';

/** One query for each kind, however many there are. */
export async function findSubjects(
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
export async function findBases(
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

/** Runs that a sweep chose by their scores on this split: of many noisy figures the highest, so that it flatters. One query for all. */
export async function findChosen(
  em: EntityManager,
  subjects: readonly (FusionRun | Adapter | BaseModel)[],
  split: SplitName,
): Promise<ReadonlySet<string>> {
  // Sweeps choose on VALIDATION and nowhere else.
  const swept = subjects.filter((subject) => subject instanceof FusionRun).filter(({ sweep }) => sweep !== null);
  if (split !== SplitName.VALIDATION || swept.length === 0) return new Set();
  const sweeps = await em.find(Sweep, { id: { $in: [...new Set(swept.map(({ sweep }) => sweep!.id))] } });
  const chosen = new Map(sweeps.map(({ id, chosenPoint }) => [id, chosenPoint]));
  return new Set(swept.flatMap(({ id, sweep, point }) => (chosen.get(sweep!.id) === point ? [id] : [])));
}
