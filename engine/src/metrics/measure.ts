import type { Interval } from '../evaluation/score.js';
import { wilsonInterval } from '../evaluation/wilson-interval.js';
import {
  checkAnswers,
  countOf,
  type Answers,
  type ClassAnswers,
  type LikelihoodAnswers,
  type NumberAnswers,
} from './answers.js';
import { bootstrapInterval, type BootstrapOptions } from './bootstrap-interval.js';
import { countClasses, type ClassCounts } from './confusion.js';
import { metricErrors } from './errors.js';
import { isExactMatch } from './exact-match.js';
import { macroF1 } from './macro-f1.js';
import { matthewsCorrelation } from './matthews.js';
import { METRIC_READS, type MetricName } from './metric-name.js';
import { pearsonCorrelation } from './pearson.js';
import { perplexity } from './perplexity.js';
import { spearmanCorrelation } from './spearman.js';

/** One figure of one model on one split. */
export interface Measurement {
  readonly metric: MetricName;
  readonly value: number;
  /** Number of examples. */
  readonly n: number;
  /** Wilson's where the figure is a share of right answers; else a percentile bootstrap over examples. */
  readonly interval: Interval;
}

/**
 * One metric of all answers. A correlation that is undefined (one side is constant) is 0, as GLUE's scripts have it; a prediction that names no class is wrong, one
 * that is no number is read as 0 (paper.md: "unparsable → 0").
 *
 * @throws METRIC_*
 */
export function measure(metric: MetricName, answers: Answers, options: BootstrapOptions = {}): Measurement {
  const reads = METRIC_READS[metric];
  if (answers.kind !== reads) throw metricErrors.kindMismatched({ metric, got: answers.kind, expected: reads });
  checkAnswers(answers);
  const n = countOf(answers);
  if (metric === 'accuracy' || metric === 'exact_match') {
    const correct = outcomesOf(answers)!.reduce((sum, right) => sum + right, 0);
    return { metric, value: correct / n, n, interval: wilsonInterval(correct, n, options.confidence) };
  }
  const figure = figureOf(metric, answers);
  const value = figure(undefined);
  const interval = bootstrapInterval(n, figure, [metric], options);
  return { metric, value: Number.isNaN(value) ? 0 : value, n, interval };
}

/** Every metric that these answers allow, `first` before the others. */
export function measureAll(
  first: MetricName,
  answers: Answers,
  options: BootstrapOptions = {},
): readonly Measurement[] {
  const names = (Object.keys(METRIC_READS) as MetricName[]).filter(
    (name) => name !== first && METRIC_READS[name] === answers.kind,
  );
  return [first, ...names].map((metric) => measure(metric, answers, options));
}

/** 1 where an answer is right, example by example; undefined where answers are not right or wrong but near or far. */
export function outcomesOf(answers: Answers): Uint8Array | undefined {
  switch (answers.kind) {
    case 'classes':
      return Uint8Array.from(answers.expected, (want, i) => (answers.predicted[i] === want ? 1 : 0));
    case 'texts':
      return Uint8Array.from(answers.expected, (accepted, i) =>
        isExactMatch(answers.predicted[i]!, accepted) ? 1 : 0,
      );
    default:
      return undefined;
  }
}

type Figure = (rows: Uint32Array | undefined) => number;

function figureOf(metric: MetricName, answers: Answers): Figure {
  switch (metric) {
    case 'macro_f1':
      return ofCounts(answers as ClassAnswers, macroF1);
    case 'matthews':
      return ofCounts(answers as ClassAnswers, matthewsCorrelation);
    case 'pearson':
      return ofPairs(answers as NumberAnswers, pearsonCorrelation);
    case 'spearman':
      return ofPairs(answers as NumberAnswers, spearmanCorrelation);
    default: {
      const { negativeLogLikelihood, tokens } = answers as LikelihoodAnswers;
      return (rows) => perplexity(negativeLogLikelihood, tokens, rows);
    }
  }
}

const ofCounts =
  (answers: ClassAnswers, figure: (counts: ClassCounts) => number): Figure =>
  (rows) =>
    figure(countClasses(answers, rows));

function ofPairs(
  { predicted, expected }: NumberAnswers,
  figure: (x: ArrayLike<number>, y: ArrayLike<number>) => number,
): Figure {
  const readable = predicted.map((x) => (Number.isFinite(x) ? x : 0));
  return (rows) =>
    rows === undefined
      ? figure(readable, expected)
      : figure(
          Float64Array.from(rows, (row) => readable[row]!),
          Float64Array.from(rows, (row) => expected[row]!),
        );
}
