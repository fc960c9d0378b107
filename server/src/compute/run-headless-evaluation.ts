import { measureAll, outcomesOf, type Answers, type MetricName } from '@crucible/engine/metrics';
import {
  createTangentEvaluator,
  foldUpdates,
  resolveUpdates,
  type TangentEvaluator,
  type TensorFlow,
  type WeightSource,
} from '@crucible/engine/models';
import { openTask, openTextTask, readTaskKind } from '@crucible/engine/tasks';
import { answerImages } from './answer-images.js';
import { answerTextTask } from './answer-text-task.js';
import type { ComputeContext } from './compute-context.js';
import { openWholeModel, type WholeModel } from './open-whole-model.js';
import type { HeadlessTaskFiles, MadeHead } from './headless-task.js';
import type { EvaluationOutcome, EvaluationWork } from './protocol.js';
import { readAdapter, type AdapterInMemory } from './read-adapter.js';

/** The scoring of a model on a task without a head. */
export type HeadlessWork = EvaluationWork & { readonly task: HeadlessTaskFiles };

/** The model with an adapter, in the adapter's own form: other weights, or the tangent of these. */
export interface AskedModel extends Omit<WholeModel, 'weights'> {
  readonly folder: string;
  readonly weights: WeightSource;
  /** Without the adapter: what heads are made with. */
  readonly base: WeightSource;
  readonly tangent: TangentEvaluator | undefined;
  dispose(): void;
}

export interface AnsweredTask {
  readonly answers: Answers;
  /** Mean cross-entropy; none where the model told no likelihoods of classes. */
  readonly loss: number | null;
  readonly head?: MadeHead;
}

/** Scores on a task for which the base has no head, by what the model itself says: its classifier, its words, or its text tower. */
export async function runHeadlessEvaluation(work: HeadlessWork, context: ComputeContext): Promise<EvaluationOutcome> {
  const { tf } = context.backend;
  const { folder } = work.base;
  const whole = await openWholeModel(tf, folder, context.signal);
  const asked = adapt(tf, folder, whole, work.adapter === null ? undefined : await readAdapter(work.adapter));
  try {
    const path = work.task.task;
    const isText = (await readTaskKind(path)) === 'TEXT';
    const { metric, answers, loss, head } = isText
      ? await askTexts(path, work, asked, context)
      : await askImages(path, work, asked, context);
    const measurements = measureAll(metric, answers, { resamples: 200 });
    return { kind: 'EVALUATION', measurements, loss, outcomes: outcomesOf(answers) ?? null, ...(head && { head }) };
  } finally {
    asked.dispose();
  }
}

function adapt(tf: TensorFlow, folder: string, whole: WholeModel, adapter: AdapterInMemory | undefined): AskedModel {
  const base = whole.weights;
  if (adapter === undefined) return { ...whole, base, folder, tangent: undefined, dispose: () => undefined };
  const updates = resolveUpdates(whole.model, adapter.updates);
  if (adapter.form === 'TANGENT') {
    const tangent = createTangentEvaluator(tf, whole.weights, updates);
    return { ...whole, base, folder, tangent, dispose: () => tangent.dispose() };
  }
  const weights = foldUpdates(tf, whole.weights, updates);
  return { ...whole, base, folder, weights, tangent: undefined, dispose: () => weights.dispose() };
}

type Asked = AnsweredTask & { readonly metric: MetricName };

async function askTexts(path: string, work: HeadlessWork, asked: AskedModel, context: ComputeContext): Promise<Asked> {
  const task = await openTextTask(path);
  try {
    const { manifest } = task;
    const examples = await task.readSplit(work.split);
    return {
      metric: manifest.metric,
      ...(await answerTextTask({ asked, manifest, examples, way: work.asked, context })),
    };
  } finally {
    await task.close();
  }
}

async function askImages(path: string, work: HeadlessWork, asked: AskedModel, context: ComputeContext): Promise<Asked> {
  const task = await openTask(path);
  try {
    const { manifest } = task;
    const examples = await task.readSplit(work.split);
    return {
      metric: manifest.metric,
      ...(await answerImages({ asked, manifest, examples, headPath: work.task.headPath, context })),
    };
  } finally {
    await task.close();
  }
}
