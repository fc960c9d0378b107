import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { statisticsLimits } from '@crucible/engine/statistics';
import { wakeWorkers } from '../changes/index.js';
import {
  Adapter,
  RunState,
  SplitName,
  StatisticsRun,
  Task,
  TaskHead,
  type StatisticsKindName,
} from '../entities/index.js';
import { announce, type JobQueue } from '../jobs/index.js';
import { findById } from './find-by-id.js';
import { InvalidOptions, NotFound } from './problems.js';

export interface ComputeStatisticsInput {
  readonly adapter: string;
  /** Absent: the adapter's own. */
  readonly task?: string | undefined;
  readonly kind: StatisticsKindName;
  readonly split?: SplitName | undefined;
  readonly examples?: number | undefined;
  readonly seed?: number | undefined;
}

const EXAMPLES = 256;

/** Queues the computation of statistics of an adapter. What was computed, or is being computed, already is answered as it is. */
export async function computeStatistics(
  em: EntityManager,
  { queue }: { readonly queue: JobQueue },
  input: ComputeStatisticsInput,
): Promise<StatisticsRun | InvalidOptions | NotFound> {
  const { kind, split = SplitName.TRAIN, examples = EXAMPLES, seed = 0 } = input;
  const adapter = await findById(em, Adapter, input.adapter, ['base', 'task']);
  if (adapter === null) return new NotFound('adapter', input.adapter, ['adapter']);
  const task = input.task === undefined ? (adapter.task?.getEntity() ?? null) : await findById(em, Task, input.task);
  if (task === null && input.task !== undefined) return new NotFound('task', input.task, ['task']);
  const issues = checkStatistics({ split, examples, seed }, adapter, task);
  if (task !== null && (await em.count(TaskHead, { task: task.id, base: adapter.base.id })) === 0) {
    const base = adapter.base.getEntity().name;
    const message = `The task "${task.name}" has no head for the base "${base}"; import one, then compute statistics.`;
    issues.push({ code: 'HEAD_MISSING', message, path: ['task'] });
  }
  if (issues.length > 0 || task === null) return new InvalidOptions(issues);
  return em.transactional(async (em) => {
    const known = await em.findOne(
      StatisticsRun,
      {
        adapter: { digest: adapter.digest },
        task: task.id,
        kind,
        split,
        seed,
        examples: { $in: [examples, Math.min(examples, countOf(task, split))] },
        state: { $nin: [RunState.FAILED, RunState.CANCELLED] },
      },
      { orderBy: { createdAt: 'asc' } },
    );
    if (known !== null) return known;
    const run = em.create(StatisticsRun, {
      adapter: ref(adapter),
      task: ref(task),
      kind,
      split,
      examples,
      seed,
    } as never);
    run.queueJob = await queue.send(em, { kind: 'STATISTICS', id: run.id });
    em.persist(run);
    await em.flush();
    await announce(em, run);
    await wakeWorkers(em);
    return run;
  });
}

const countOf = (task: Task, split: SplitName): number => task.counts[split.toLowerCase() as keyof Task['counts']];

function checkStatistics(
  { split, examples, seed }: { readonly split: SplitName; readonly examples: number; readonly seed: number },
  adapter: Adapter,
  task: Task | null,
): { code: string; message: string; path: string[] }[] {
  const issues: { code: string; message: string; path: string[] }[] = [];
  const limit = statisticsLimits.examples;
  if (!Number.isInteger(examples) || examples < 1 || examples > limit) {
    issues.push({
      code: 'OPTIONS_INVALID',
      message: `The number of examples is ${examples}; give one from 1 to ${limit}.`,
      path: ['examples'],
    });
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > 0x7fffffff) {
    issues.push({
      code: 'SEED_INVALID',
      message: `The seed is ${seed}; give a whole number from 0 to 2147483647.`,
      path: ['seed'],
    });
  }
  if (split === SplitName.TEST) {
    const message =
      'Statistics decide about the fusion; on TEST they would flatter its scores there. Take TRAIN or VALIDATION.';
    issues.push({ code: 'STATISTICS_SPLIT', message, path: ['split'] });
  }
  if (task === null) {
    const message = `The adapter "${adapter.name}" is of no task; name the task whose examples shall be looked at.`;
    issues.push({ code: 'TASKS_MISSING', message, path: ['task'] });
  } else if (countOf(task, split) === 0) {
    issues.push({
      code: 'STATISTICS_SPLIT',
      message: `The task "${task.name}" has no ${split} examples; take another split.`,
      path: ['split'],
    });
  }
  if (Object.keys(adapter.base.getEntity().files).length === 0) {
    const message = `The weights of "${adapter.base.getEntity().name}" are not here, its name alone is known; import the base model.`;
    issues.push({ code: 'BASE_WITHOUT_WEIGHTS', message, path: ['adapter'] });
  }
  return issues;
}
