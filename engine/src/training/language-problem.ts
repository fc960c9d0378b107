import { languageModel, padTexts, type Model, type TokenBatch } from '../models/index.js';
import { labelCrossEntropy, scoreRows } from './cross-entropy.js';
import { trainingErrors } from './errors.js';
import type { LearningProblem } from './learning-problem.js';
import { modelProblem } from './model-problem.js';
import { digestTexts } from './text-problem.js';

/** Prompts as token ids, and what shall follow each, its end token included. */
export interface AnsweredTexts {
  readonly prompts: readonly ArrayLike<number>[];
  readonly answers: readonly ArrayLike<number>[];
}

export interface AnsweredBatch {
  readonly text: TokenBatch;
  /** What an encoder-decoder's decoder reads: its start token, then the answer but its last token. */
  readonly decoder?: TokenBatch;
  /** Rows of the hidden state whose next token is one of an answer, example after example. */
  readonly rows: Int32Array;
  /** That token. */
  readonly labels: Int32Array;
  /** How many tokens each answer has. */
  readonly lengths: readonly number[];
}

export interface LanguageProblemOptions {
  /** A model that predicts tokens: GPT-2, Llama-like, T5. */
  readonly model: Model;
  readSplit(split: 'train' | 'validation'): Promise<AnsweredTexts>;
}

/**
 * Learning to answer: mean cross-entropy of the answers' tokens, each given the prompt and the tokens before it. Prompt and padding have no part in the
 * loss, and logits are computed for the answers' rows alone. The accuracy is the share of answers of which every token is the likeliest.
 *
 * @throws languageErrors.familyUnsuited
 */
export function languageProblem({ model, readSplit }: LanguageProblemOptions): LearningProblem<AnsweredBatch> {
  const language = languageModel(model);
  const start = language.kind === 'ENCODER_DECODER' ? language.startToken : undefined;
  const part = modelProblem<AnsweredBatch>({
    model,
    output: 'hidden',
    input: (_, __, { text, decoder }) => (decoder === undefined ? { text } : { text, decoder }),
  });
  return {
    ...part,
    identity: { ...part.identity, problem: 'answers' },
    forward: (tf, calculus, batch) =>
      language.logits(calculus, calculus.pickRows(part.forward(tf, calculus, batch), batch.rows)),
    async readSplit(split) {
      const { prompts, answers } = await readSplit(split);
      checkAnswers(prompts, answers);
      return {
        count: prompts.length,
        digest: digestTexts([...prompts, ...answers]),
        batch: (indices) =>
          answeredBatch(
            model,
            Array.from(indices, (index) => [prompts[index]!, answers[index]!] as const),
            start,
          ),
      };
    },
    loss: (tf, logits, { labels }) => labelCrossEntropy(tf, logits, labels),
    logits: (_, logits) => ({ logits, back: (gradient) => gradient }),
    scoreSum() {
      let [loss, tokens, hits, count] = [0, 0, 0, 0];
      return {
        add(logits, { labels, lengths }) {
          const score = scoreRows(logits, labels);
          loss += score.loss;
          tokens += labels.length;
          let begin = 0;
          for (const length of lengths) {
            if (score.correct.slice(begin, begin + length).every(Boolean)) hits += 1;
            begin += length;
          }
          count += lengths.length;
        },
        finish: () => ({ loss: loss / tokens, accuracy: hits / count }),
      };
    },
  };
}

function answeredBatch(
  model: Model,
  examples: readonly (readonly [prompt: ArrayLike<number>, answer: ArrayLike<number>])[],
  start: number | undefined,
): AnsweredBatch {
  const labels = Int32Array.from(examples.flatMap(([, answer]) => Array.from(answer)));
  const lengths = examples.map(([, { length }]) => length);
  const rowsFrom = (tokens: number, first: (example: number) => number): Int32Array =>
    Int32Array.from(
      lengths.flatMap((length, example) => Array.from({ length }, (_, i) => example * tokens + first(example) + i)),
    );
  if (start !== undefined) {
    const text = padTexts(
      model,
      examples.map(([prompt]) => prompt),
    );
    const decoder = padTexts(
      model,
      examples.map(([, answer]) => [start, ...Array.from(answer).slice(0, -1)]),
    );
    return { text, decoder, rows: rowsFrom(decoder.tokens, () => 0), labels, lengths };
  }
  const text = padTexts(
    model,
    examples.map(([prompt, answer]) => [...Array.from(prompt), ...Array.from(answer).slice(0, -1)]),
  );
  // The last token of a prompt predicts the first of its answer.
  return { text, rows: rowsFrom(text.tokens, (example) => examples[example]![0].length - 1), labels, lengths };
}

function checkAnswers(prompts: readonly ArrayLike<number>[], answers: readonly ArrayLike<number>[]): void {
  const fail = (option: string, got: string, expected: string) =>
    trainingErrors.optionInvalid({ option, got, expected });
  if (prompts.length !== answers.length)
    throw fail('answers', String(answers.length), `${prompts.length}, one a prompt`);
  const empty = prompts.findIndex((prompt, i) => prompt.length === 0 || answers[i]!.length === 0);
  if (empty >= 0) throw fail(`example ${empty}`, 'an empty prompt or answer', 'at least one token in each');
}
