export interface SampleLimits {
  /** Examples of one answer. */
  readonly examples: number;
  /** Bytes of pixels of one answer: pictures of 8192 pixels a side come one at a time. */
  readonly pixelBytes: number;
  /** Bytes of one text that are shown; the rest is left out. */
  readonly textBytes: number;
  /** Splits whose classes were counted last, in memory. */
  readonly countedSplits: number;
}

/** What looking at the examples of a task may take. */
export const sampleLimits: SampleLimits = {
  examples: 100,
  pixelBytes: 16 * 2 ** 20,
  textBytes: 2_000,
  countedSplits: 1_000,
};
