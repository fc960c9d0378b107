import { createKeyedRandom, type RandomKey } from '../random/index.js';
import type { Interval } from '../evaluation/score.js';
import { metricErrors } from './errors.js';

export interface BootstrapOptions {
  readonly confidence?: number;
  readonly resamples?: number;
  readonly seed?: number;
}

export const RESAMPLES = { least: 100, most: 100_000, usual: 1000 } as const;

/**
 * Percentile bootstrap (Efron 1979): the figure of `resamples` draws of n examples with replacement, and the two values that leave the same share of them
 * outside on either side. What is drawn depends on the seed, the key and n alone, so that two models are resampled alike. Draws whose figure is not a number
 * (a correlation of a constant) count as 0, as the figure itself does.
 *
 * @throws METRIC_OPTION_INVALID
 */
export function bootstrapInterval(
  n: number,
  figure: (rows: Uint32Array) => number,
  key: RandomKey,
  { confidence = 0.95, resamples = RESAMPLES.usual, seed = 0 }: BootstrapOptions = {},
): Interval {
  if (!(confidence > 0 && confidence < 1)) throw metricErrors.optionInvalid({ what: 'confidence', got: confidence });
  if (!(Number.isInteger(resamples) && resamples >= RESAMPLES.least && resamples <= RESAMPLES.most)) {
    throw metricErrors.optionInvalid({ what: 'resamples', got: resamples });
  }
  const random = createKeyedRandom(seed);
  const rows = new Uint32Array(n);
  const figures = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw += 1) {
    rows.set(random.integers(['metric-bootstrap', ...key, draw], n, n));
    const got = figure(rows);
    figures[draw] = Number.isNaN(got) ? 0 : got;
  }
  figures.sort();
  const tail = (1 - confidence) / 2;
  const at = (p: number): number => figures[Math.min(resamples - 1, Math.max(0, Math.ceil(p * resamples) - 1))]!;
  return { low: at(tail), high: at(1 - tail), confidence };
}
