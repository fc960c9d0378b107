import { languageErrors } from '../generation/errors.js';
import type { Tokens } from '../generation/pad-sequences.js';
import { scoreContinuations, type Likelihood, type ScoringOptions } from './score-continuations.js';

/** A prompt, and its possible answers as tokens. */
export interface ClassesExample {
  readonly prompt: Tokens;
  readonly classes: readonly Tokens[];
  /** What each class's score is divided by under `LENGTH`: bytes of its text, say. */
  readonly lengths?: readonly number[];
}

/**
 * - `SUM`: ln p(class | prompt), lm-evaluation-harness's `acc`.
 * - `MEAN`: per token of the class.
 * - `LENGTH`: per unit of the example's `lengths`; with bytes of the class's text, its `acc_norm`.
 */
export type ClassScore = 'SUM' | 'MEAN' | 'LENGTH';

export interface RankOptions extends ScoringOptions {
  readonly by?: ClassScore;
}

export interface RankedClasses {
  /** Per class, in nats. */
  readonly scores: Float64Array;
  /** The class of the greatest score, the first of equals. */
  readonly best: number;
  /** Probabilities of the classes, if one of them is the answer: exp(score) over their sum. */
  readonly probabilities: Float64Array;
}

/**
 * The answer that a model finds most likely, example by example: classification without a classifier.
 *
 * @throws languageErrors, and the signal's reason
 */
export async function rankClasses(
  options: RankOptions,
  examples: readonly ClassesExample[],
): Promise<readonly RankedClasses[]> {
  const { by = 'SUM' } = options;
  examples.forEach((example, index) => checkExample(example, index, by));
  const pairs = examples.flatMap(({ prompt, classes }) => classes.map((continuation) => ({ prompt, continuation })));
  const likelihoods = await scoreContinuations(options, pairs);
  let at = 0;
  return examples.map(({ classes, lengths }) => {
    const own = likelihoods.slice(at, at + classes.length);
    at += classes.length;
    return rankLikelihoods(own, by, lengths);
  });
}

/** Classes by their likelihoods. `lengths` are for `LENGTH`. */
export function rankLikelihoods(
  likelihoods: readonly Likelihood[],
  by: ClassScore,
  lengths: readonly number[] = [],
): RankedClasses {
  const scores = Float64Array.from(likelihoods, ({ logProbability, mean }, index) => {
    if (by === 'LENGTH') return logProbability / lengths[index]!;
    return by === 'MEAN' ? mean : logProbability;
  });
  return { scores, ...rank(scores) };
}

function rank(scores: Float64Array): Pick<RankedClasses, 'best' | 'probabilities'> {
  const best = scores.reduce((winner, score, index) => (score > scores[winner]! ? index : winner), 0);
  const powers = scores.map((score) => Math.exp(score - scores[best]!));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return { best, probabilities: powers.map((power) => power / total) };
}

function checkExample({ classes, lengths = [] }: ClassesExample, index: number, by: ClassScore): void {
  if (classes.length === 0) throw languageErrors.sequenceEmpty({ index, what: 'the list of classes of example' });
  if (by !== 'LENGTH') return;
  classes.forEach((_, at) => {
    const got = lengths[at] ?? Number.NaN;
    if (got > 0) return;
    throw languageErrors.optionInvalid({ option: `length ${at} of example ${index}`, got, expected: 'above 0' });
  });
}
