import type { EntityManager } from '@mikro-orm/postgresql';
import { isCrucibleError } from '@crucible/engine/errors';
import { languageModel, parseModelConfig, predictsTokens, type LanguageModel } from '@crucible/engine/models';
import { AnswerForm, AskedBy, BaseModel, Metric, Task, TaskKind } from '../entities/index.js';
import { defaultBy } from './default-by.js';

/** What a request says about how a language model is asked; what it leaves out is settled by `wayOf`. */
export interface WayRequest {
  readonly prompt?: string | null | undefined;
  readonly by?: AskedBy | null | undefined;
}

/** How a language model is asked; both null where nothing is asked in words: by a head, or by a classifier. */
export interface AskedWay {
  readonly prompt: string | null;
  readonly by: AskedBy | null;
}

const NOT_IN_WORDS: AskedWay = { prompt: null, by: null };

/**
 * Two ways of asking are two measurements: scores of different ways are never reused for each other, nor normalized by each other. The default is the task's
 * first prompt, and what `defaultBy` says. `by` is a choice for classes alone: numbers and texts are always written, for perplexity a model always judges.
 */
export function wayOf(base: BaseModel, task: Task, { prompt, by }: WayRequest): AskedWay {
  const kind = task.kind === TaskKind.TEXT ? languageKind(base) : null;
  if (kind === null) return NOT_IN_WORDS;
  const isClass = task.answer === AnswerForm.CLASS;
  const isLikelihood = task.metric === Metric.PERPLEXITY;
  const own = AskedBy[defaultBy({ kind, isClass, isLikelihood })];
  return { prompt: prompt ?? task.prompts[0]?.name ?? null, by: isClass && !isLikelihood ? (by ?? own) : own };
}

/** The ways of several tasks, by the tasks' ids. */
export async function waysOf(
  em: EntityManager,
  baseId: string,
  taskIds: readonly string[],
  request: WayRequest,
): Promise<ReadonlyMap<string, AskedWay>> {
  const base = await em.findOneOrFail(BaseModel, { id: baseId });
  const tasks = await em.find(Task, { id: { $in: [...taskIds] } });
  return new Map(tasks.map((task) => [task.id, wayOf(base, task, request)]));
}

export interface WayProblem {
  readonly code: string;
  readonly message: string;
  readonly path: string[];
}

/** Why a task cannot be asked that way of that base; undefined if it can. */
export function whyNotAsked(base: BaseModel, task: Task, { prompt, by }: WayRequest): WayProblem | undefined {
  const isPrompted = typeof prompt === 'string';
  const given = isPrompted ? 'prompt' : by ? 'by' : undefined;
  if (given === undefined) return undefined;
  if (wayOf(base, task, {}).by === null) {
    const message = `The base "${base.name}" answers the task "${task.name}" with a head or a classifier, not in words; leave ${given} out.`;
    return { code: 'NOT_ASKED_IN_WORDS', message, path: [given] };
  }
  if (isPrompted && !task.prompts.some(({ name }) => name === prompt)) {
    const known = task.prompts.map(({ name }) => name).join(', ') || 'none';
    const message = `The task "${task.name}" has no prompt "${prompt}"; it has ${known}.`;
    return { code: 'PROMPT_UNKNOWN', message, path: ['prompt'] };
  }
  if (by === AskedBy.LIKELIHOOD && task.metric !== Metric.PERPLEXITY) {
    const message = `The task "${task.name}" is scored by ${task.metric}, which LIKELIHOOD tells nothing about; give GENERATE or RANK.`;
    return { code: 'ANSWER_UNFIT', message, path: ['by'] };
  }
  return undefined;
}

export const isSameWay = (a: AskedWay, b: AskedWay): boolean => a.prompt === b.prompt && a.by === b.by;

/** Equal for equal ways. */
export const wayKey = ({ prompt, by }: AskedWay): string => JSON.stringify([by, prompt]);

/** None of models that answer no questions in words, and of those that Crucible does not compute. */
function languageKind({ config }: BaseModel): LanguageModel['kind'] | null {
  try {
    const architecture = parseModelConfig('its config.json', config);
    return predictsTokens(architecture) ? languageModel(architecture).kind : null;
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    return null;
  }
}
