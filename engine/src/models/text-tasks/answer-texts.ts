import type { Answers } from '../../metrics/index.js';
import { presentExamples, readGenerated, type PresentedExamples } from '../../tasks/text/present-examples.js';
import type { Prompt, TextExamples } from '../../tasks/text/text-task.js';
import { languageErrors } from '../generation/errors.js';
import { generate } from '../generation/generate.js';
import { languageModel, type LanguageModel } from '../generation/language-model.js';
import { rankLikelihoods, type ClassScore, type RankedClasses } from '../likelihood/rank-classes.js';
import { scoreContinuations, type ScoringOptions } from '../likelihood/score-continuations.js';
import { encodePair, encodePrompt, type EncodingOptions, type TextCodec } from './encode-texts.js';

/**
 * - `GENERATE`: the model writes, and what it wrote is read as an answer (the paper's protocol on GLUE).
 * - `RANK`: the answer among the task's choices that the model finds most likely; for classes alone.
 * - `LIKELIHOOD`: how likely the model finds the right answer, for perplexity.
 */
export type AnswerMode = 'GENERATE' | 'RANK' | 'LIKELIHOOD';

export interface AnswerTextsOptions extends ScoringOptions, EncodingOptions {
  readonly codec: TextCodec;
  readonly mode: AnswerMode;
  /** How answers are compared under `RANK`; `LENGTH` divides by the bytes of the label word. */
  readonly by?: ClassScore;
  /** Under `GENERATE`; unless told, as many as the longest right answer has, and its end. */
  readonly maxNewTokens?: number;
  /** Under `GENERATE`: a text ends before the first of these; a line's end for a causal model unless told. */
  readonly stops?: readonly string[];
}

export interface AnsweredTexts {
  /** Predicted beside expected, for `measure` of engine/metrics. */
  readonly answers: Answers;
  /** Under `GENERATE`: what was written, example by example. */
  readonly generated?: readonly string[];
  /** Under `RANK`: the scores of the choices. */
  readonly ranked?: readonly RankedClasses[];
}

/**
 * What a language model answers to the examples of a text task under one of its prompts.
 *
 * @throws languageErrors, and the signal's reason
 */
export async function answerTexts(
  options: AnswerTextsOptions,
  examples: TextExamples,
  prompt: Prompt,
): Promise<AnsweredTexts> {
  const model = languageModel(options.model);
  const presented = presentExamples(examples, prompt);
  switch (options.mode) {
    case 'GENERATE':
      return write(options, model, examples, presented);
    case 'RANK':
      return choose(options, model, examples, presented);
    default:
      return judge(options, model, presented);
  }
}

async function write(
  options: AnswerTextsOptions,
  model: LanguageModel,
  examples: TextExamples,
  { inputs, targets, prompt }: PresentedExamples,
): Promise<AnsweredTexts> {
  const { codec, stops = model.kind === 'CAUSAL' ? ['\n'] : [] } = options;
  const separator = options.separator ?? (model.kind === 'CAUSAL' ? ' ' : '');
  let longest = 1;
  for (const target of new Set(targets)) {
    longest = Math.max(longest, codec.encode(separator + target, { bare: true }).ids.length);
  }
  const { maxNewTokens = longest + 1 } = options;
  const prompts = inputs.map((input) => encodePrompt(model, codec, input, options));
  const texts = await generate({ ...options, prompts, maxNewTokens });
  const generated = texts.map(({ tokens }) => cutAtStop(codec.decode(tokens), stops));
  return { generated, answers: readGenerated(generated, examples, prompt) };
}

/** The answer to a prompt may begin with the white space that separates them; a stop that only ends that does not count. */
function cutAtStop(text: string, stops: readonly string[]): string {
  const begin = text.length - text.trimStart().length;
  const ends = stops.map((stop) => text.indexOf(stop, begin)).filter((at) => at >= 0);
  return text.slice(0, Math.min(text.length, ...ends));
}

async function choose(
  options: AnswerTextsOptions,
  model: LanguageModel,
  { answer }: TextExamples,
  { inputs, choices }: PresentedExamples,
): Promise<AnsweredTexts> {
  if (answer.form !== 'CLASS') {
    throw languageErrors.answersUnranked({ form: answer.form });
  }
  const { codec, by = 'SUM' } = options;
  const lengths = choices.map((choice) => Buffer.byteLength(choice));
  const pairs = inputs.flatMap((input) => choices.map((choice) => encodePair(model, codec, input, choice, options)));
  const likelihoods = await scoreContinuations(options, pairs);
  const ranked = inputs.map((_, i) =>
    rankLikelihoods(likelihoods.slice(i * choices.length, (i + 1) * choices.length), by, lengths),
  );
  const predicted = Int32Array.from(ranked, ({ best }) => best);
  return { ranked, answers: { kind: 'classes', classes: choices.length, expected: answer.labels, predicted } };
}

async function judge(
  options: AnswerTextsOptions,
  model: LanguageModel,
  { inputs, targets }: PresentedExamples,
): Promise<AnsweredTexts> {
  const scores = await scoreContinuations(
    options,
    inputs.map((input, i) => encodePair(model, options.codec, input, targets[i]!, options)),
  );
  return {
    answers: {
      kind: 'likelihoods',
      negativeLogLikelihood: Float64Array.from(scores, ({ logProbability }) => Math.max(0, -logProbability)),
      tokens: Int32Array.from(scores, ({ tokens }) => tokens.length),
    },
  };
}
