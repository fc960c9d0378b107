import { metricErrors } from './errors.js';

/** Predicted beside expected classes; a prediction of -1 names no class, and is wrong whatever was expected. */
export interface ClassAnswers {
  readonly kind: 'classes';
  readonly predicted: Int32Array;
  readonly expected: Int32Array;
  readonly classes: number;
}

/** Predicted beside expected numbers; a prediction that could not be read as a number is NaN. */
export interface NumberAnswers {
  readonly kind: 'numbers';
  readonly predicted: Float64Array;
  readonly expected: Float64Array;
}

/** Generated beside accepted texts. */
export interface TextAnswers {
  readonly kind: 'texts';
  readonly predicted: readonly string[];
  /** Any of an example's texts is right. */
  readonly expected: readonly (readonly string[])[];
}

/** How likely a model found each text. */
export interface LikelihoodAnswers {
  readonly kind: 'likelihoods';
  /** −Σ ln p of the example's tokens, in nats. */
  readonly negativeLogLikelihood: Float64Array;
  /** How many tokens were summed over. */
  readonly tokens: Int32Array;
}

export type Answers = ClassAnswers | NumberAnswers | TextAnswers | LikelihoodAnswers;

export function countOf(answers: Answers): number {
  return answers.kind === 'likelihoods' ? answers.negativeLogLikelihood.length : answers.expected.length;
}

/** @throws METRIC_EMPTY, METRIC_COUNT_MISMATCHED, METRIC_CLASS_INVALID, METRIC_NUMBER_INVALID */
export function checkAnswers(answers: Answers): void {
  const expected = countOf(answers);
  const got = answers.kind === 'likelihoods' ? answers.tokens.length : answers.predicted.length;
  if (got !== expected) throw metricErrors.countMismatched({ got, expected });
  if (expected === 0) throw metricErrors.empty({});
  if (answers.kind === 'classes') checkClasses(answers);
  if (answers.kind === 'numbers') {
    const example = answers.expected.findIndex((x) => !Number.isFinite(x));
    if (example >= 0) {
      throw metricErrors.numberInvalid({ example, what: 'the expected number', got: answers.expected[example]! });
    }
  }
  if (answers.kind === 'likelihoods') checkLikelihoods(answers);
}

function checkClasses({ predicted, expected, classes }: ClassAnswers): void {
  for (let example = 0; example < expected.length; example += 1) {
    for (const [got, least] of [
      [expected[example]!, 0],
      [predicted[example]!, -1],
    ] as const) {
      if (got < least || got >= classes) throw metricErrors.classInvalid({ example, got, classes });
    }
  }
}

function checkLikelihoods({ negativeLogLikelihood, tokens }: LikelihoodAnswers): void {
  for (let example = 0; example < tokens.length; example += 1) {
    const nll = negativeLogLikelihood[example]!;
    const count = tokens[example]!;
    if (!(nll >= 0 && nll < Infinity)) {
      throw metricErrors.numberInvalid({ example, what: 'the negative log-likelihood', got: nll });
    }
    if (count < 1) throw metricErrors.numberInvalid({ example, what: 'the number of tokens', got: count });
  }
}
