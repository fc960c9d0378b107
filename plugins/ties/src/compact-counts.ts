/** A histogram without its empty ends, in the narrowest integers that hold it: what one module reports for a global threshold. */
export interface CompactCounts {
  readonly first: number;
  readonly counts: Uint8Array | Uint16Array | Uint32Array;
}

/** Weights span few binary orders of magnitude, so that a tenth of the bins remains. Structured-cloneable. */
export function compactCounts(counts: Uint32Array): CompactCounts {
  let first = 0;
  let end = counts.length;
  while (first < end && counts[first] === 0) first += 1;
  while (end > first && counts[end - 1] === 0) end -= 1;
  const used = counts.subarray(first, end);
  const most = used.reduce((most, count) => Math.max(most, count), 0);
  if (most < 1 << 8) return { first, counts: Uint8Array.from(used) };
  if (most < 1 << 16) return { first, counts: Uint16Array.from(used) };
  return { first, counts: used.slice() };
}

/** Adds to a total; float64 holds sums over any number of modules exactly. */
export function addCounts(total: Float64Array, { first, counts }: CompactCounts): void {
  for (let i = 0; i < counts.length; i += 1) total[first + i]! += counts[i]!;
}

export const countAt = ({ first, counts }: CompactCounts, bin: number): number => counts[bin - first] ?? 0;
