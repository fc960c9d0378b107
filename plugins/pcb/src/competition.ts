import { makeEntries } from '@crucible/sdk/elementwise';

/** Bounds that magnitudes are clamped to: order statistics near both ends, so that single outliers do not set the scale. */
export interface Tails {
  readonly least: number;
  readonly most: number;
}

/** The score at which an entry begins to count, and the greatest score of all. */
export interface ScoreRange {
  readonly threshold: number;
  readonly most: number;
}

const clampTo = ({ least, most }: Tails, value: number): number => Math.min(Math.max(value, least), most);

/**
 * How well each entry of each task vector competes, β = exp(n·intra)·inter: intra, within its vector, is its clamped magnitude's square between the
 * bounds; inter, among the tasks, is tanh(x·Σx) (Parameter Competition Balancing, arXiv 2410.02396, as its code computes it). Divided by exp(n), which
 * changes nothing once scores are scaled to [0, 1], and cannot overflow with many tasks.
 */
export function scoreEntries(
  vectors: readonly Float32Array[],
  tails: readonly Tails[],
  taskCount: number,
): readonly Float32Array[] {
  const length = vectors[0]?.length ?? 0;
  const sums = new Float64Array(length);
  for (const values of vectors) for (let i = 0; i < length; i += 1) sums[i]! += values[i]!;
  return vectors.map((values, m) => {
    const bounds = tails[m]!;
    const range = bounds.most - bounds.least;
    return makeEntries(length, (i) => {
      const value = values[i]!;
      const intra = range === 0 ? 0 : ((clampTo(bounds, Math.abs(value)) - bounds.least) / range) ** 2;
      return Math.exp(taskCount * (intra - 1)) * Math.tanh(value * sums[i]!);
    });
  });
}

export interface BalancedMember {
  /** Times its weight. */
  readonly values: Float32Array;
  readonly scores: Float32Array;
  readonly tails: Tails;
  readonly range: ScoreRange;
  readonly lambda: number;
}

/** Σ λ·x·s / Σ s, x clamped, s the score between its threshold and its greatest, in float64; 0 where no entry counts. */
export function mergeBalanced(members: readonly BalancedMember[]): Float32Array {
  return makeEntries(members[0]?.values.length ?? 0, (at) => {
    let sum = 0;
    let shares = 0;
    for (const { values, scores, tails, range, lambda } of members) {
      // The greatest score may equal its threshold, and both may be zeros of either sign: what is not above it is never divided.
      const above = scores[at]! - range.threshold;
      if (!(above > 0)) continue;
      const share = above / (range.most - range.threshold);
      sum += lambda * share * Math.sign(values[at]!) * clampTo(tails, Math.abs(values[at]!));
      shares += share;
    }
    return shares > 0 ? sum / shares : 0;
  });
}
