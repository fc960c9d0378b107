/** A histogram in few bytes: what one module reports for a global threshold. Structured-cloneable. */
export interface CompactCounts {
  /** The bin of `counts[0]`, where `bins` is absent. */
  readonly first: number;
  readonly counts: Uint8Array | Uint16Array | Uint32Array;
  /** The bins of `counts` in ascending order, where most bins are empty; absent where `counts` has one number per bin. */
  readonly bins?: Uint16Array;
}

/**
 * Without empty ends, in the narrowest integers that hold the counts, or as pairs of bin and count where that is less. Weights span few
 * binary orders of magnitude, and few of them share the bin of the threshold: a histogram of 2¹⁶ bins becomes 1 to 32 KB.
 */
export function compactCounts(histogram: Uint32Array): CompactCounts {
  let first = 0;
  let end = histogram.length;
  while (first < end && histogram[first] === 0) first += 1;
  while (end > first && histogram[end - 1] === 0) end -= 1;
  const range = histogram.subarray(first, end);
  const used = range.reduce((sum, count) => sum + (count === 0 ? 0 : 1), 0);
  if (3 * used >= range.length) return { first, counts: narrow(range) };
  const bins = new Uint16Array(used);
  let at = 0;
  for (let bin = first; bin < end; bin += 1) if (histogram[bin] !== 0) bins[at++] = bin;
  return { first, counts: narrow(Uint32Array.from(bins, (bin) => histogram[bin]!)), bins };
}

function narrow(counts: Uint32Array): CompactCounts['counts'] {
  const most = counts.reduce((largest, count) => Math.max(largest, count), 0);
  if (most < 1 << 8) return Uint8Array.from(counts);
  return most < 1 << 16 ? Uint16Array.from(counts) : counts.slice();
}

/** Adds to a total; float64 holds sums over any number of modules exactly. */
export function addCounts(total: Float64Array, { first, counts, bins }: CompactCounts): void {
  for (let i = 0; i < counts.length; i += 1) total[bins ? bins[i]! : first + i]! += counts[i]!;
}

export function countAt({ first, counts, bins }: CompactCounts, bin: number): number {
  const at = bins ? bins.indexOf(bin) : bin - first;
  return counts[at] ?? 0;
}
