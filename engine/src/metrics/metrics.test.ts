import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Answers } from './answers.js';
import { bootstrapIntervals } from './bootstrap-interval.js';
import { measure, measureAll, outcomesOf } from './measure.js';
import { METRIC_READS, METRICS, type MetricName } from './metric-name.js';
import { averageRanks } from './spearman.js';

interface RecordedCase {
  readonly name: string;
  readonly kind: Answers['kind'];
  readonly classes?: number;
  readonly expected?: readonly number[];
  readonly predicted?: readonly number[];
  readonly negativeLogLikelihood?: readonly number[];
  readonly tokens?: readonly number[];
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
}

// Recorded by tools/python/record_metrics.py; `reference` names the versions.
const golden = JSON.parse(readFileSync(new URL('../../src/metrics/golden/metrics.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly RecordedCase[];
};

function answersOf({ kind, classes, expected, predicted, negativeLogLikelihood, tokens }: RecordedCase): Answers {
  if (kind === 'classes') {
    return { kind, classes: classes!, expected: Int32Array.from(expected!), predicted: Int32Array.from(predicted!) };
  }
  if (kind === 'numbers') {
    return { kind, expected: Float64Array.from(expected!), predicted: Float64Array.from(predicted!) };
  }
  return {
    kind: 'likelihoods',
    negativeLogLikelihood: Float64Array.from(negativeLogLikelihood!),
    tokens: Int32Array.from(tokens!),
  };
}

const recorded = golden.cases.flatMap((entry) =>
  (Object.entries(entry.values) as [MetricName, number][]).map(([metric, value]) => ({
    ...entry,
    metric,
    value,
    entry,
  })),
);

describe('a metric', () => {
  it.each(recorded)('$metric of $name is what scikit-learn or SciPy says', ({ metric, value, entry }) => {
    const got = measure(metric, answersOf(entry), { resamples: 100 });
    // Float64 sums in another order: 1e-12 relative is some thousand roundings.
    expect(Math.abs(got.value - value)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)));
    expect(got.n).toBe(entry.expected?.length ?? entry.tokens!.length);
  });

  it('has a recorded value for every metric but exact match, which compares characters', () => {
    const known = new Set(recorded.map(({ metric }) => metric));
    expect(METRICS.filter((metric) => !known.has(metric))).toEqual(['exact_match']);
  });

  it('does not depend on the order of the examples', () => {
    for (const { metric, entry } of recorded) {
      const forward = answersOf(entry);
      const backward = Object.fromEntries(
        Object.entries(forward).map(([key, x]) => [key, typeof x === 'object' ? x.toReversed() : x]),
      ) as unknown as Answers;
      expect(measure(metric, backward, { resamples: 100 }).value).toBeCloseTo(
        measure(metric, forward, { resamples: 100 }).value,
        12,
      );
    }
  });

  it('knows what is right, example by example', () => {
    const texts: Answers = {
      kind: 'texts',
      predicted: [' yes\n', 'Yes', 'no', ''],
      expected: [['yes'], ['yes'], ['maybe', 'no'], ['no']],
    };
    expect([...outcomesOf(texts)!]).toEqual([1, 0, 1, 0]);
    expect(measure('exact_match', texts)).toMatchObject({ value: 0.5, n: 4 });
    const classes: Answers = {
      kind: 'classes',
      classes: 2,
      expected: Int32Array.of(0, 1, 1),
      predicted: Int32Array.of(0, -1, 1),
    };
    expect([...outcomesOf(classes)!]).toEqual([1, 0, 1]);
    const numbers: Answers = { kind: 'numbers', expected: Float64Array.of(1, 2), predicted: Float64Array.of(1, 2) };
    expect(outcomesOf(numbers)).toBeUndefined();
  });

  it('takes what is no number as 0, and an undefined correlation too', () => {
    const expected = Float64Array.of(0, 1, 2, 3);
    const unread: Answers = { kind: 'numbers', expected, predicted: Float64Array.of(0, 1, Number.NaN, 3) };
    const zero: Answers = { kind: 'numbers', expected, predicted: Float64Array.of(0, 1, 0, 3) };
    expect(measure('pearson', unread)).toEqual(measure('pearson', zero));
    const constant: Answers = { kind: 'numbers', expected, predicted: new Float64Array(4).fill(0.1) };
    expect(measure('spearman', constant)).toMatchObject({ value: 0, interval: { low: 0, high: 0 } });
  });

  it('gives all figures that the answers allow, the asked one first', () => {
    const { entry } = recorded[0]!;
    const got = measureAll('matthews', answersOf(entry), { resamples: 100 });
    expect(got.map(({ metric }) => metric)).toEqual(['matthews', 'accuracy', 'macro_f1']);
    for (const figure of got) {
      expect(METRIC_READS[figure.metric]).toBe('classes');
      // Together or alone, from the same resamples.
      expect(measure(figure.metric, answersOf(entry), { resamples: 100 })).toEqual(figure);
    }
  });

  it.each([
    ['METRIC_EMPTY', { kind: 'texts', predicted: [], expected: [] }, 'exact_match'],
    ['METRIC_COUNT_MISMATCHED', { kind: 'texts', predicted: ['a'], expected: [] }, 'exact_match'],
    ['METRIC_KIND_MISMATCHED', { kind: 'texts', predicted: ['a'], expected: [['a']] }, 'accuracy'],
    [
      'METRIC_CLASS_INVALID',
      { kind: 'classes', classes: 2, predicted: Int32Array.of(2), expected: Int32Array.of(0) },
      'accuracy',
    ],
    [
      'METRIC_CLASS_INVALID',
      { kind: 'classes', classes: 2, predicted: Int32Array.of(0), expected: Int32Array.of(-1) },
      'accuracy',
    ],
    [
      'METRIC_NUMBER_INVALID',
      { kind: 'numbers', predicted: Float64Array.of(0), expected: Float64Array.of(Number.NaN) },
      'pearson',
    ],
    [
      'METRIC_NUMBER_INVALID',
      { kind: 'likelihoods', negativeLogLikelihood: Float64Array.of(-1), tokens: Int32Array.of(2) },
      'perplexity',
    ],
    [
      'METRIC_NUMBER_INVALID',
      { kind: 'likelihoods', negativeLogLikelihood: Float64Array.of(1), tokens: Int32Array.of(0) },
      'perplexity',
    ],
  ] as const)('refuses with %s', (code, answers, metric) => {
    expect(() => measure(metric, answers as Answers)).toThrow(expect.objectContaining({ code }));
  });
});

describe('ranks', () => {
  it('share the mean where values are equal', () => {
    expect([...averageRanks([3, 1, 3, 2, 3])]).toEqual([4, 1, 4, 2, 4]);
    expect([...averageRanks([7, 7])]).toEqual([1.5, 1.5]);
  });
});

describe('a bootstrap interval', () => {
  const values = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i));
  const mean = (rows: Uint32Array): readonly number[] => [
    rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length,
  ];

  it('is the same for the same seed and another for another', () => {
    const first = bootstrapIntervals(400, mean, { resamples: 200, seed: 1 });
    expect(bootstrapIntervals(400, mean, { resamples: 200, seed: 1 })).toEqual(first);
    expect(bootstrapIntervals(400, mean, { resamples: 200, seed: 2 })).not.toEqual(first);
  });

  it("of a mean reaches about as far as the mean's standard error says", () => {
    const { low, high } = bootstrapIntervals(400, mean, { resamples: 4000 })[0]!;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / 400);
    // 4000 draws place a 2.5 % quantile within about 5 % of the interval's width.
    expect((high - low) / ((2 * 1.96 * deviation) / 20)).toBeCloseTo(1, 1);
  });

  it.each([{ confidence: 0 }, { confidence: 1 }, { resamples: 99 }, { resamples: 100_001 }, { resamples: 150.5 }])(
    'refuses %o',
    (options) => {
      expect(() => bootstrapIntervals(4, mean, options)).toThrow(
        expect.objectContaining({ code: 'METRIC_OPTION_INVALID' }),
      );
    },
  );
});
