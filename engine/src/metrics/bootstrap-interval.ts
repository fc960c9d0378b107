import { createKeyedRandom } from '../random/index.js';
import type { Interval } from '../evaluation/score.js';
import { metricErrors } from './errors.js';

export interface BootstrapOptions {
  readonly confidence?: number;
  readonly resamples?: number;
  readonly seed?: number;
}

export const RESAMPLES = { least: 100, most: 100_000, usual: 1000 } as const;

/**
 * Percentile bootstrap (Efron 1979): the figures of `resamples` draws of n examples with replacement, and for each the two values that leave the same share of the draws
 * outside on either side. What is drawn depends on the seed and n alone, so that two models, and all figures of one, are resampled alike. A draw whose figure
 * is not a number (a correlation of a constant) counts as 0, as the figure itself does.
 *
 * @throws METRIC_OPTION_INVALID
 */
export function bootstrapIntervals(
  n: number,
  figures: (rows: Uint32Array) => readonly number[],
  { confidence = 0.95, resamples = RESAMPLES.usual, seed = 0 }: BootstrapOptions = {},
): readonly Interval[] {
  if (!(confidence > 0 && confidence < 1)) throw metricErrors.optionInvalid({ what: 'confidence', got: confidence });
  if (!(Number.isInteger(resamples) && resamples >= RESAMPLES.least && resamples <= RESAMPLES.most)) {
    throw metricErrors.optionInvalid({ what: 'resamples', got: resamples });
  }
  const random = createKeyedRandom(seed);
  const rows = new Uint32Array(n);
  const drawn: Float64Array[] = [];
  for (let draw = 0; draw < resamples; draw += 1) {
    rows.set(random.integers(['metric-bootstrap', draw], n, n));
    figures(rows).forEach((figure, i) => {
      drawn[i] ??= new Float64Array(resamples);
      drawn[i][draw] = Number.isNaN(figure) ? 0 : figure;
    });
  }
  const tail = (1 - confidence) / 2;
  return drawn.map((values) => {
    values.sort();
    const at = (p: number): number => values[Math.min(resamples - 1, Math.max(0, Math.ceil(p * resamples) - 1))]!;
    return { low: at(tail), high: at(1 - tail), confidence };
  });
}
