/** Caps on what files of a data set may ask of us. */
export const datasetLimits = {
  /** Rows of one file, and of one split. */
  rows: 10_000_000,
  /** Bytes of one file. */
  fileBytes: 17_179_869_184,
  /** Bytes of one row of JSONL or CSV, in its file. */
  rowBytes: 16_777_216,
  columns: 10_000,
  /** Files of one split, and images of one folder. */
  files: 1_000_000,
  /** Bytes that one page of a parquet file may unpack to. */
  pageBytes: 268_435_456,
  /** Bytes of a parquet file's footer. */
  footerBytes: 67_108_864,
  /** Rows that are decoded at once. */
  batchRows: 4096,
  /** Bytes of an IDX file once it is unpacked. */
  idxBytes: 2_000_000_000,
} as const;

/** Caps on the images of a task that is made. */
export const imageTaskLimits = {
  /** Bytes of the pixels of one split: they are in memory at once. */
  splitBytes: 4_294_967_296,
} as const;
