/** Which entry of a table of relative positions stands between a query and a key (T5; Raffel et al. 2020, section 2.1). */
export interface BucketTable {
  readonly queries: number;
  readonly keys: number;
  /** `[queries · keys]`, rows of the weight. */
  readonly buckets: Int32Array;
}
