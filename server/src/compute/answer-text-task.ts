import { scoreLogits } from '@crucible/engine/evaluation';
import { answerTexts, embedTexts, languageModel, predictsTokens } from '@crucible/engine/models';
import { findPrompt, type TextExamples, type TextTaskManifest } from '@crucible/engine/tasks';
import { openTokenizer } from '@crucible/engine/text';
import { defaultBy } from '../scores/default-by.js';
import type { ComputeContext } from './compute-context.js';
import { encodeFields } from './encode-fields.js';
import { computeErrors } from './errors.js';
import type { EvaluationWork } from './protocol.js';
import type { AnsweredTask, AskedModel } from './run-headless-evaluation.js';

export interface AnswerTextTaskOptions {
  readonly asked: AskedModel;
  readonly manifest: TextTaskManifest;
  readonly examples: TextExamples;
  readonly way: EvaluationWork['asked'];
  readonly context: ComputeContext;
}

/**
 * A language model is asked in one of the task's prompts: it writes, names the likeliest class, or judges, as `way` says.
 * A model with a classifier reads the task's text, or its two, and says a class, or a number where it has one logit.
 */
export async function answerTextTask(options: AnswerTextTaskOptions): Promise<AnsweredTask> {
  return predictsTokens(options.asked.model) ? askInWords(options) : classify(options);
}

async function askInWords({ asked, manifest, examples, way, context }: AnswerTextTaskOptions): Promise<AnsweredTask> {
  const { model, weights, tangent, folder } = asked;
  const { signal, onProgress, backend } = context;
  const { answers } = await answerTexts(
    {
      tf: backend.tf,
      model,
      weights,
      tangent,
      codec: await openTokenizer(folder),
      mode: way?.by ?? defaultBy({ kind: languageModel(model).kind, ...shapeOf(manifest) }),
      signal,
      onProgress: (done, total) => onProgress({ phase: 'SCORE', done, total }),
    },
    examples,
    findPrompt(manifest, way?.prompt),
  );
  return { answers, loss: null };
}

const shapeOf = ({ metric, answer }: TextTaskManifest) => ({
  isClass: answer === 'CLASS',
  isLikelihood: metric === 'perplexity',
});

async function classify({ asked, manifest, examples, context }: AnswerTextTaskOptions): Promise<AnsweredTask> {
  const { model, weights, tangent, folder } = asked;
  const { signal, onProgress, backend } = context;
  const { answer } = examples;
  const needed = answer.form === 'CLASS' ? manifest.classes.length : 1;
  const brought = model.outputs.includes('logits') ? model.widthOf('logits') : 0;
  if (answer.form === 'TEXT' || brought !== needed) {
    const needs = answer.form === 'TEXT' ? 'a language model, which writes' : `a classifier of ${needed} classes`;
    throw computeErrors.unscorable({ model: model.family, needs, got: brought });
  }
  const tokenizer = await openTokenizer(folder);
  const logits = await embedTexts({
    tf: backend.tf,
    model,
    weights,
    tangent,
    output: 'logits',
    texts: encodeFields(model, manifest, examples, tokenizer),
    signal,
    onProgress: (done, total) => onProgress({ phase: 'SCORE', done, total }),
  });
  if (answer.form === 'NUMBER') {
    const [predicted, expected] = [Float64Array.from(logits), Float64Array.from(answer.numbers)];
    return { answers: { kind: 'numbers', predicted, expected }, loss: null };
  }
  const { predictions, loss } = scoreLogits(logits, answer.labels, needed);
  return { answers: { kind: 'classes', predicted: predictions, expected: answer.labels, classes: needed }, loss };
}
