import { pearsonCorrelation } from './pearson.js';

/** Spearman's ρ: Pearson's r of the ranks, equal values sharing the mean of their ranks. NaN where one list does not vary. */
export function spearmanCorrelation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return pearsonCorrelation(averageRanks(x), averageRanks(y));
}

/** Ranks from 1; equal values get the mean of the ranks that they take up. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(n);
  for (let begin = 0; begin < n;) {
    let end = begin + 1;
    while (end < n && values[order[end]!] === values[order[begin]!]) end += 1;
    for (let i = begin; i < end; i += 1) ranks[order[i]!] = (begin + 1 + end) / 2;
    begin = end;
  }
  return ranks;
}
