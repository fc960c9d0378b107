import { ref, type EntityManager } from '@mikro-orm/postgresql';
import {
  Adapter,
  BaseModel,
  Evaluation,
  RunState,
  ScoreOrigin,
  SplitName,
  StrategyKind,
  Task,
  TaskHead,
} from '../entities/index.js';
import { announce, queueEvaluation } from '../jobs/index.js';
import { wayOf, whyNotAsked } from '../scores/asked-way.js';
import { findById } from './find-by-id.js';
import { findFusionOf } from './find-fusion-of.js';
import type { EvaluateInput } from './inputs.js';
import { InvalidOptions, NotFound, QuotaExceeded } from './problems.js';
import { whyHeadNeeded } from './why-head-needed.js';
import type { ServiceContext } from './service-context.js';
import { serviceLimits } from './service-limits.js';

/** Queues the scoring of an adapter, or of a bare base, on tasks. What was scored, or is being scored, already is answered as it is. */
export async function evaluate(
  em: EntityManager,
  { queue }: ServiceContext,
  input: EvaluateInput,
): Promise<readonly Evaluation[] | InvalidOptions | NotFound | QuotaExceeded> {
  const { split = SplitName.TEST } = input;
  if (input.tasks.length > serviceLimits.evaluationTasks) {
    return new QuotaExceeded('tasks to score on', input.tasks.length, serviceLimits.evaluationTasks, ['tasks']);
  }
  const adapter = input.adapter === undefined ? null : await findById(em, Adapter, input.adapter, ['base']);
  if (input.adapter !== undefined && adapter === null) return new NotFound('adapter', input.adapter, ['adapter']);
  const base = adapter ? adapter.base.getEntity() : await findById(em, BaseModel, input.base ?? '');
  if (base === null) {
    if (input.base !== undefined) return new NotFound('base model', input.base, ['base']);
    const message = 'Give an adapter, or a base model to score it bare.';
    return new InvalidOptions([{ code: 'SUBJECT_MISSING', message, path: ['adapter'] }]);
  }
  const tasks: Task[] = [];
  for (const [index, id] of input.tasks.entries()) {
    const task = await findById(em, Task, id);
    if (task === null) return new NotFound('task', id, ['tasks', index]);
    const why = (await em.count(TaskHead, { task: task.id, base: base.id })) > 0 ? null : whyHeadNeeded(base, task);
    if (why !== null) {
      const message = `The task "${task.name}" has no head for the base "${base.name}", and ${why}; import one.`;
      return new InvalidOptions([{ code: 'HEAD_MISSING', message, path: ['tasks', index] }]);
    }
    const unasked = whyNotAsked(base, task, input);
    if (unasked !== undefined) return new InvalidOptions([unasked]);
    tasks.push(task);
  }
  const selectedOn = adapter === null ? null : await selectionSplit(em, adapter);
  if (selectedOn === split) {
    const message = `The options behind this adapter were chosen by its scores on ${split}; a score there would flatter it. Score it on another split.`;
    return new InvalidOptions([{ code: 'SPLIT_WAS_SELECTED_ON', message, path: ['split'] }]);
  }
  return em.transactional(async (em) => {
    const evaluations: Evaluation[] = [];
    for (const task of tasks) {
      const way = wayOf(base, task, input);
      const known = await em.findOne(
        Evaluation,
        {
          base: base.id,
          adapter: adapter?.id ?? null,
          task: task.id,
          split,
          ...way,
          origin: ScoreOrigin.MEASURED,
          state: { $nin: [RunState.FAILED, RunState.CANCELLED] },
        },
        { orderBy: { createdAt: 'asc' } },
      );
      const evaluation =
        known ??
        em.create(Evaluation, {
          base: ref(base),
          adapter: adapter && ref(adapter),
          task: ref(task),
          split,
          ...way,
          selectedOn,
        } as never);
      if (known === null) {
        await queueEvaluation(em, queue, evaluation);
        await announce(em, evaluation);
      }
      evaluations.push(evaluation);
    }
    return evaluations;
  });
}

/** The split whose scores decided about this adapter: of a search, or of a sweep that chose it. */
async function selectionSplit(em: EntityManager, adapter: Adapter): Promise<SplitName | null> {
  const run = await findFusionOf(em, adapter.id);
  if (run === null) return null;
  await em.populate(run, ['strategy', 'sweep']);
  const chosen = run.sweep !== null && run.sweep.getEntity().chosenPoint === run.point;
  return chosen || run.strategy.getEntity().kind === StrategyKind.SEARCH ? SplitName.VALIDATION : null;
}
