/** One row of a data set, as its file has it: JSON's values, and bytes. */
export interface DatasetRow {
  /** Which row of its file, from 1, without a header. */
  readonly row: number;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ReadRowsOptions {
  readonly signal?: AbortSignal | undefined;
}

/** How rows are told apart in a file. TSV has no quotes, as GLUE's own files have none. */
export const TABLE_FORMATS = ['PARQUET', 'JSONL', 'CSV', 'TSV'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];
