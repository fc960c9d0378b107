import type { EntityManager } from '@mikro-orm/postgresql';
import { analysesLimits } from '@crucible/engine/analyses';
import {
  Adapter,
  type SplitName,
  Task,
  TaskHead,
  type AnalysedMember,
  type AnalysedTask,
  type BaseModel,
} from '../entities/index.js';
import { findById } from '../services/find-by-id.js';
import { IncompatibleAdapters, InvalidOptions, NotFound, QuotaExceeded } from '../services/problems.js';
import { serviceLimits } from '../services/service-limits.js';

export interface RawIssue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

export const memberOf = (adapter: Adapter, weight = 1, statistics: string | null = null): AnalysedMember => ({
  id: adapter.id,
  name: adapter.name,
  digest: adapter.digest,
  weight,
  statistics,
});

/** Adapters of one base, each once; with `weights`, of a base whose weights are here. */
export async function findAdapters(
  em: EntityManager,
  ids: readonly string[],
  path: (index: number) => readonly (string | number)[],
  needs: { readonly weights: boolean },
): Promise<readonly Adapter[] | NotFound | IncompatibleAdapters> {
  const adapters: Adapter[] = [];
  const issues: RawIssue[] = [];
  for (const [index, id] of ids.entries()) {
    const adapter = await findById(em, Adapter, id, ['base', 'task', 'frame']);
    if (adapter === null) return new NotFound('adapter', id, path(index));
    if (adapters.some((other) => other.id === adapter.id)) {
      const message = `The adapter "${adapter.name}" is given twice; give different ones.`;
      issues.push({ code: 'ADAPTER_TWICE', message, path: path(index) });
    }
    const [first] = adapters;
    if (first && first.base.id !== adapter.base.id) {
      const message = `"${adapter.name}" is of another base model than "${first.name}"; take adapters of one base model.`;
      issues.push({ code: 'BASES_DIFFER', message, path: path(index) });
    }
    if (first && first.form !== adapter.form) {
      const message = `"${adapter.name}" computes in another form (${adapter.form}) than "${first.name}" (${first.form}); take adapters of one form.`;
      issues.push({ code: 'FORMS_DIFFER', message, path: path(index) });
    }
    adapters.push(adapter);
  }
  const base = adapters[0]?.base.getEntity();
  if (needs.weights && base && Object.keys(base.files).length === 0) {
    const message = `The weights of "${base.name}" are not here, its name alone is known; import the base model.`;
    issues.push({ code: 'BASE_WITHOUT_WEIGHTS', message, path: path(0) });
  }
  return issues.length > 0 ? new IncompatibleAdapters(issues) : adapters;
}

const countOf = (task: Task, split: SplitName): number => task.counts[split.toLowerCase() as keyof Task['counts']];

/** The tasks, with the heads that the base has for them, and examples on every split that is looked at. */
export async function findTasks(
  em: EntityManager,
  base: BaseModel,
  tasks: readonly { readonly id: string | null; readonly path: readonly (string | number)[]; readonly of: string }[],
  splits: readonly SplitName[],
): Promise<readonly AnalysedTask[] | NotFound | InvalidOptions> {
  const found: AnalysedTask[] = [];
  const issues: RawIssue[] = [];
  for (const { id, path, of } of tasks) {
    if (id === null) {
      const message = `The adapter "${of}" is of no task; name the task whose examples shall be looked at.`;
      issues.push({ code: 'TASKS_MISSING', message, path });
      continue;
    }
    const task = await findById(em, Task, id);
    if (task === null) return new NotFound('task', id, path);
    for (const split of splits) {
      if (countOf(task, split) > 0) continue;
      const message = `The task "${task.name}" has no ${split} examples; take another split, or leave the task out.`;
      issues.push({ code: 'SPLIT_EMPTY', message, path });
    }
    const head = await em.findOne(TaskHead, { task: task.id, base: base.id });
    if (head === null) {
      const message = `The task "${task.name}" has no head for the base "${base.name}"; import one.`;
      issues.push({ code: 'HEAD_MISSING', message, path });
      continue;
    }
    found.push({ id: task.id, name: task.name, digest: task.digest, head: head.digest });
  }
  return issues.length > 0 ? new InvalidOptions(issues) : found;
}

/** What is wrong with numbers that every question has; caps are named. */
export function checkNumbers({
  name,
  seed,
  examples,
}: {
  readonly name?: string | undefined;
  readonly seed: number;
  readonly examples?: number | undefined;
}): InvalidOptions | QuotaExceeded | undefined {
  if ((name?.length ?? 0) > serviceLimits.nameLength) {
    return new QuotaExceeded('characters of the name', name!.length, serviceLimits.nameLength, ['name']);
  }
  if (examples !== undefined && examples > analysesLimits.examples) {
    return new QuotaExceeded('examples of one task', examples, analysesLimits.examples, ['examples']);
  }
  const issues: RawIssue[] = [];
  if (!Number.isInteger(seed) || seed < 0 || seed > 0x7fffffff) {
    const message = `The seed is ${seed}; give a whole number from 0 to 2147483647.`;
    issues.push({ code: 'SEED_INVALID', message, path: ['seed'] });
  }
  if (examples !== undefined && (!Number.isInteger(examples) || examples < 1)) {
    const message = `The number of examples is ${examples}; give 1 or more.`;
    issues.push({ code: 'OPTIONS_INVALID', message, path: ['examples'] });
  }
  return issues.length > 0 ? new InvalidOptions(issues) : undefined;
}

/** Images that a question would run through models, against the cap. */
export function checkEvaluations(points: number, examples: number): QuotaExceeded | undefined {
  const got = points * examples;
  const limit = analysesLimits.evaluations;
  return got > limit ? new QuotaExceeded('points × examples of one analysis', got, limit, ['examples']) : undefined;
}
