import type { ClassAnswers } from './answers.js';

/** What is counted of classes: per class, how often it was expected, predicted, and both at once. */
export interface ClassCounts {
  readonly n: number;
  readonly correct: number;
  readonly expected: Float64Array;
  readonly predicted: Float64Array;
  readonly both: Float64Array;
  /** Predictions that name no class. */
  readonly unanswered: number;
}

/** @param rows which examples, repeats allowed; all in order unless told. */
export function countClasses({ predicted, expected, classes }: ClassAnswers, rows?: ArrayLike<number>): ClassCounts {
  const counts = {
    expected: new Float64Array(classes),
    predicted: new Float64Array(classes),
    both: new Float64Array(classes),
  };
  const n = rows?.length ?? expected.length;
  let unanswered = 0;
  let correct = 0;
  for (let i = 0; i < n; i += 1) {
    const row = rows === undefined ? i : rows[i]!;
    const want = expected[row]!;
    const got = predicted[row]!;
    counts.expected[want]! += 1;
    if (got < 0) unanswered += 1;
    else counts.predicted[got]! += 1;
    if (got === want) {
      counts.both[want]! += 1;
      correct += 1;
    }
  }
  return { n, correct, unanswered, ...counts };
}
