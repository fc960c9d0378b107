import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { checkOptions } from '@crucible/sdk';
import type { PluginRegistry } from '@crucible/sdk/host';
import type { AnswerBy, OutsideSettings } from '../compute/outside-evaluation-protocol.js';
import {
  Adapter,
  AnswerForm,
  AskedBy,
  BaseModel,
  Evaluation,
  Metric,
  ScoreOrigin,
  SplitName,
  Task,
  TaskKind,
} from '../entities/index.js';
import { announce, queueEvaluation } from '../jobs/index.js';
import { findById } from './find-by-id.js';
import { InvalidOptions, NotFound, QuotaExceeded, StrategyUnavailable } from './problems.js';
import type { ServiceContext } from './service-context.js';
import { serviceLimits } from './service-limits.js';

export interface EvaluateOutsideInput {
  readonly evaluator: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What the model elsewhere is: exactly one of the two. */
  readonly adapter?: string | undefined;
  readonly base?: string | undefined;
  readonly tasks: readonly string[];
  readonly split?: SplitName | undefined;
  /** Absent: each task's first. */
  readonly prompt?: string | undefined;
  readonly by?: AnswerBy | undefined;
  readonly maxTokens: number;
  readonly maxExamples?: number | undefined;
}

type Refusal = InvalidOptions | NotFound | QuotaExceeded | StrategyUnavailable;

/** Queues the scoring of a model that runs elsewhere, on tasks of texts. */
export async function evaluateOutside(
  em: EntityManager,
  { queue, plugins }: Pick<ServiceContext, 'queue'> & { readonly plugins: PluginRegistry },
  input: EvaluateOutsideInput,
): Promise<readonly Evaluation[] | Refusal> {
  const evaluator = plugins.evaluators?.get(input.evaluator)?.evaluator;
  if (evaluator === undefined) {
    return new StrategyUnavailable(`No evaluator "${input.evaluator}" is installed.`, ['evaluator']);
  }
  if (input.tasks.length > serviceLimits.evaluationTasks) {
    return new QuotaExceeded('tasks to score on', input.tasks.length, serviceLimits.evaluationTasks, ['tasks']);
  }
  const parsed = checkOptions(evaluator, input.options);
  if (!parsed.ok) {
    return new InvalidOptions(
      parsed.issues.map(({ path, message }) => ({
        code: 'OPTIONS_INVALID',
        message: `${path.join('.')}: ${message}.`,
        path: ['evaluator', input.evaluator, ...path],
      })),
    );
  }
  const subject = await findSubject(em, input);
  if ('code' in subject) return subject;
  const tasks: { readonly task: Task; readonly by: AnswerBy; readonly prompt: string }[] = [];
  for (const [index, id] of input.tasks.entries()) {
    const task = await findById(em, Task, id);
    if (task === null) return new NotFound('task', id, ['tasks', index]);
    const way = findWay(task, input, evaluator.answers, index);
    if (way instanceof InvalidOptions) return way;
    tasks.push({ task, ...way });
  }
  const { maxTokens, maxExamples = null, split = SplitName.TEST } = input;
  return em.transactional(async (em) => {
    const evaluations: Evaluation[] = [];
    for (const { task, by, prompt } of tasks) {
      const settings: OutsideSettings = { options: parsed.options, by, maxTokens, maxExamples };
      const evaluation = em.create(Evaluation, {
        base: ref(subject.base),
        adapter: subject.adapter && ref(subject.adapter),
        task: ref(task),
        split,
        origin: ScoreOrigin.EVALUATOR,
        evaluator: input.evaluator,
        evaluatorOptions: { ...settings },
        prompt,
        by: by === 'CHOOSE' ? AskedBy.RANK : AskedBy[by],
      } as never);
      await queueEvaluation(em, queue, evaluation);
      await announce(em, evaluation);
      evaluations.push(evaluation);
    }
    return evaluations;
  });
}

/** What a score from outside is about. */
export async function findSubject(
  em: EntityManager,
  { adapter: adapterId, base: baseId }: { readonly adapter?: string | undefined; readonly base?: string | undefined },
): Promise<{ readonly adapter: Adapter | null; readonly base: BaseModel } | InvalidOptions | NotFound> {
  if ((adapterId === undefined) === (baseId === undefined)) {
    const message = 'Give exactly one of adapter and base: what the model elsewhere is.';
    return new InvalidOptions([{ code: 'SUBJECT_MISSING', message, path: ['adapter'] }]);
  }
  if (adapterId === undefined) {
    const base = await findById(em, BaseModel, baseId!);
    return base === null ? new NotFound('base model', baseId!, ['base']) : { adapter: null, base };
  }
  const adapter = await findById(em, Adapter, adapterId, ['base']);
  return adapter === null
    ? new NotFound('adapter', adapterId, ['adapter'])
    : { adapter, base: adapter.base.getEntity() };
}

/** How a task is asked: what was said, or what its metric needs. */
function findWay(
  task: Task,
  input: EvaluateOutsideInput,
  answers: readonly AnswerBy[],
  index: number,
): { readonly by: AnswerBy; readonly prompt: string } | InvalidOptions {
  const refuse = (code: string, message: string, path: readonly (string | number)[]): InvalidOptions =>
    new InvalidOptions([{ code, message, path }]);
  if (task.kind !== TaskKind.TEXT) {
    return refuse('TASK_KIND_UNFIT', `The task "${task.name}" is of images; evaluators are asked about texts.`, [
      'tasks',
      index,
    ]);
  }
  const prompt = input.prompt === undefined ? task.prompts[0] : task.prompts.find(({ name }) => name === input.prompt);
  if (prompt === undefined) {
    const known = task.prompts.map(({ name }) => name).join(', ') || 'none';
    return refuse('PROMPT_UNKNOWN', `The task "${task.name}" has no such prompt; it has ${known}.`, ['prompt']);
  }
  const needed: AnswerBy = task.metric === Metric.PERPLEXITY ? 'LIKELIHOOD' : 'GENERATE';
  const by = input.by ?? needed;
  const fits = by === needed || (by === 'CHOOSE' && task.answer === AnswerForm.CLASS);
  if (!fits) {
    return refuse(
      'ANSWER_UNFIT',
      `The task "${task.name}" is scored by ${task.metric}, which ${by} tells nothing about.`,
      ['by'],
    );
  }
  if (!answers.includes(by)) {
    return refuse('ANSWER_UNFIT', `This evaluator does not ${by}; it can ${answers.join(', ')}.`, ['by']);
  }
  return { by, prompt: prompt.name };
}
