import { comparisonErrors } from './errors.js';
import type { PairedCounts } from './paired-counts.js';

/** What accuracy difference a resample of the same pairs would show. */
export interface DifferenceDistribution {
  /** Smallest difference whose probability, with all below it, is at least p. */
  quantile(p: number): number;
}

/**
 * The exact distribution of (right by the second alone − right by the first alone) / n over resamples of n pairs with replacement. Each pair gives −1, 0 or 1 by
 * itself, so the sum's characteristic function is the n-th power of one pair's; a transform over a window of `REACH` deviations brings the probabilities
 * back (what lies outside is below 1e-20).
 */
export function resampledDifferences({ n, onlyFirst, onlySecond }: PairedCounts): DifferenceDistribution {
  if (!(Number.isSafeInteger(n) && n >= 1)) throw comparisonErrors.countInvalid({ what: 'examples', got: n });
  const up = onlySecond / n;
  const down = onlyFirst / n;
  const mean = n * (up - down);
  const deviation = Math.sqrt(n * (up + down - (up - down) ** 2));
  const centre = Math.round(mean);
  const reach = Math.min(2 * n, Math.ceil(REACH * deviation) + REACH);
  const size = 2 * reach + 1;
  const cumulative = new Float64Array(size);
  const { magnitudes, angles } = powers(up, down, n, centre, size);
  let sum = 0;
  for (let s = 0; s < size; s += 1) {
    let probability = 0;
    for (let j = 0; j < size; j += 1) {
      probability += magnitudes[j]! * Math.cos(angles[j]! - (2 * Math.PI * ((j * (s - reach)) % size)) / size);
    }
    sum += Math.max(0, probability / size);
    cumulative[s] = sum;
  }
  return {
    quantile: (p) => {
      const wanted = Math.min(p, 1 - 1e-15) * sum;
      let low = 0;
      let high = size - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (cumulative[middle]! >= wanted) high = middle;
        else low = middle + 1;
      }
      return (centre + low - reach) / n;
    },
  };
}

const REACH = 10;

/** The characteristic function at 2πj/size, turned by the centre, as magnitude and angle: powers of complex numbers lose nothing so. */
function powers(
  up: number,
  down: number,
  n: number,
  centre: number,
  size: number,
): { readonly magnitudes: Float64Array; readonly angles: Float64Array } {
  const magnitudes = new Float64Array(size);
  const angles = new Float64Array(size);
  for (let j = 0; j < size; j += 1) {
    const theta = (2 * Math.PI * j) / size;
    const real = 1 - up - down + (up + down) * Math.cos(theta);
    const imaginary = (up - down) * Math.sin(theta);
    magnitudes[j] = Math.hypot(real, imaginary) ** n;
    angles[j] = n * Math.atan2(imaginary, real) - centre * theta;
  }
  return { magnitudes, angles };
}
