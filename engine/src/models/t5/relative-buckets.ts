export interface BucketRule {
  /** All buckets of the table; an encoder uses one half of them for keys before the query, the other for keys after it. */
  readonly buckets: number;
  /** From this distance on everything lies in the last bucket. */
  readonly maxDistance: number;
  /** Encoder: true. Decoder: false, where keys after the query never count. */
  readonly bidirectional: boolean;
}

/**
 * The bucket of a relative position (key minus query): one bucket per distance for small distances, then buckets that grow with the logarithm of the
 * distance (T5, Raffel et al. 2020, section 2.1). Every step is rounded to float32 as in transformers, for the logarithm of a bucket's edge is a whole
 * number and its rounding decides.
 */
export function relativeBucket(relative: number, { buckets, maxDistance, bidirectional }: BucketRule): number {
  const count = bidirectional ? Math.floor(buckets / 2) : buckets;
  const offset = bidirectional && relative > 0 ? count : 0;
  const distance = bidirectional ? Math.abs(relative) : Math.max(-relative, 0);
  const exact = Math.floor(count / 2);
  if (distance < exact) return offset + distance;
  const { fround } = Math;
  const ratio = fround(fround(Math.log(fround(distance / exact))) / fround(Math.log(maxDistance / exact)));
  return offset + Math.min(count - 1, exact + Math.trunc(fround(ratio * (count - exact))));
}

/**
 * Buckets of every query and key, `[queries, keys]` row-major. Keys are at positions 0, 1, …; the first query is at `firstQuery`, so that a decoder that
 * keeps its keys asks for the rows of the new tokens alone.
 */
export function relativeBuckets(queries: number, keys: number, rule: BucketRule, firstQuery = 0): Int32Array {
  const out = new Int32Array(queries * keys);
  // Only the difference counts: far fewer logarithms than pairs.
  const least = -(firstQuery + queries - 1);
  const byDistance = Int32Array.from({ length: keys - least }, (_, i) => relativeBucket(least + i, rule));
  for (let query = 0; query < queries; query += 1) {
    const begin = -(firstQuery + query) - least;
    out.set(byDistance.subarray(begin, begin + keys), query * keys);
  }
  return out;
}
