import { datasetErrors } from './errors.js';
import { openParquet } from './read-parquet.js';
import { readCsv } from './read-csv.js';
import { readJsonl } from './read-jsonl.js';
import type { DatasetRow, ReadRowsOptions, TableFormat } from './row.js';

/** Files of one split, all of one format, read one after the other. */
export interface TableFiles {
  readonly format: TableFormat;
  readonly paths: readonly string[];
}

export interface FileRow extends DatasetRow {
  readonly file: string;
}

/**
 * Some columns of all rows of some files, in order. A column that a row of JSONL lacks is an error of that row, one that a table lacks of the file.
 *
 * @throws DATASET_*
 */
export async function* readTable(
  { format, paths }: TableFiles,
  columns: readonly string[],
  options: ReadRowsOptions = {},
): AsyncGenerator<FileRow> {
  for (const file of paths) {
    for await (const row of readRows(format, file, columns, options)) {
      for (const column of columns) {
        if (column in row.values) continue;
        if (format === 'JSONL') {
          const rule = `there is no ${JSON.stringify(column)}, only ${Object.keys(row.values).join(', ')}`;
          throw datasetErrors.rowInvalid({ file, row: row.row, rule });
        }
        throw datasetErrors.columnMissing({ file, column, known: Object.keys(row.values) });
      }
      yield { file, ...row };
    }
  }
}

/** Names of the classes of a column, where a file tells them. */
export async function findClassNames(
  { format, paths: [first] }: TableFiles,
  column: string,
): Promise<readonly string[] | undefined> {
  if (format !== 'PARQUET' || first === undefined) return undefined;
  const file = await openParquet(first);
  try {
    return file.classNames(column);
  } finally {
    await file.close();
  }
}

async function* readRows(
  format: TableFormat,
  file: string,
  columns: readonly string[],
  options: ReadRowsOptions,
): AsyncGenerator<DatasetRow> {
  if (format === 'JSONL') yield* readJsonl(file, options);
  else if (format !== 'PARQUET') yield* readCsv(file, format, options);
  else {
    const parquet = await openParquet(file);
    try {
      yield* parquet.rows(columns, options);
    } finally {
      await parquet.close();
    }
  }
}
