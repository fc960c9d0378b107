import type { Interval } from '../evaluation/score.js';
import { wilsonInterval } from '../evaluation/wilson-interval.js';
import { checkAnswers, countOf, type Answers, type NumberAnswers } from './answers.js';
import { bootstrapIntervals, type BootstrapOptions } from './bootstrap-interval.js';
import { countClasses } from './confusion.js';
import { metricErrors } from './errors.js';
import { isExactMatch } from './exact-match.js';
import { macroF1 } from './macro-f1.js';
import { matthewsCorrelation } from './matthews.js';
import { METRIC_READS, METRICS, type MetricName } from './metric-name.js';
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
 * that is no number is read as 0.
 *
 * @throws METRIC_*
 */
export function measure(metric: MetricName, answers: Answers, options: BootstrapOptions = {}): Measurement {
  return measureEach([metric], answers, options)[0]!;
}

/** Every metric that these answers allow, `first` before the others; all from the same resamples. */
export function measureAll(
  first: MetricName,
  answers: Answers,
  options: BootstrapOptions = {},
): readonly Measurement[] {
  const others = METRICS.filter((name) => name !== first && METRIC_READS[name] === answers.kind);
  return measureEach([first, ...others], answers, options);
}

function measureEach(
  metrics: readonly MetricName[],
  answers: Answers,
  options: BootstrapOptions,
): readonly Measurement[] {
  for (const metric of metrics) {
    const reads = METRIC_READS[metric];
    if (answers.kind !== reads) throw metricErrors.kindMismatched({ metric, got: answers.kind, expected: reads });
  }
  checkAnswers(answers);
  const n = countOf(answers);
  const drawn = metrics.filter((metric) => !isShare(metric));
  const figures = figuresOf(drawn, answers);
  const values = figures(undefined);
  const intervals = drawn.length === 0 ? [] : bootstrapIntervals(n, figures, options);
  return metrics.map((metric) => {
    if (isShare(metric)) {
      const correct = outcomesOf(answers)!.reduce((sum, right) => sum + right, 0);
      return { metric, value: correct / n, n, interval: wilsonInterval(correct, n, options.confidence) };
    }
    const at = drawn.indexOf(metric);
    const value = values[at]!;
    return { metric, value: Number.isNaN(value) ? 0 : value, n, interval: intervals[at]! };
  });
}

const isShare = (metric: MetricName): boolean => metric === 'accuracy' || metric === 'exact_match';

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

type Figures = (rows: Uint32Array | undefined) => readonly number[];

/** Figures of the same rows, in the order of the metrics; what they share is counted once. */
function figuresOf(metrics: readonly MetricName[], answers: Answers): Figures {
  switch (answers.kind) {
    case 'classes':
      return (rows) => {
        const counts = countClasses(answers, rows);
        return metrics.map((metric) => (metric === 'macro_f1' ? macroF1(counts) : matthewsCorrelation(counts)));
      };
    case 'numbers':
      return ofNumbers(metrics, answers);
    case 'likelihoods':
      return (rows) => [perplexity(answers.negativeLogLikelihood, answers.tokens, rows)];
    default:
      return () => [];
  }
}

function ofNumbers(metrics: readonly MetricName[], { predicted, expected }: NumberAnswers): Figures {
  const readable = predicted.map((x) => (Number.isFinite(x) ? x : 0));
  return (rows) => {
    const x = rows === undefined ? readable : Float64Array.from(rows, (row) => readable[row]!);
    const y = rows === undefined ? expected : Float64Array.from(rows, (row) => expected[row]!);
    return metrics.map((metric) => (metric === 'pearson' ? pearsonCorrelation(x, y) : spearmanCorrelation(x, y)));
  };
}
