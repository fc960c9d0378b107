import { defineError } from '../../errors/index.js';

interface InFile {
  readonly file: string;
}

/** Everything that can be wrong with the files that a task is made of. */
export const datasetErrors = {
  unreadable: defineError({
    code: 'DATASET_UNREADABLE',
    summary: 'A file of a data set cannot be read as what it was said to be.',
    remedy: 'Check the format that was named, and whether the file is whole.',
    message: (d: InFile & { readonly format: string; readonly reason: string }) =>
      `${d.file}: cannot be read as ${d.format}: ${d.reason}.`,
  }),
  rowInvalid: defineError({
    code: 'DATASET_ROW_INVALID',
    summary: 'A row of a data set is not what the task needs.',
    remedy: 'Correct the row, or name the column that has what is needed. Rows are counted from 1, without a header.',
    message: (d: InFile & { readonly row: number; readonly rule: string }) => `${d.file}: row ${d.row}: ${d.rule}.`,
  }),
  columnMissing: defineError({
    code: 'DATASET_COLUMN_MISSING',
    summary: 'A data set lacks a column that the task was said to be made of.',
    remedy: 'Name a column that the file has.',
    message: (d: InFile & { readonly column: string; readonly known: readonly string[] }) =>
      `${d.file}: there is no column ${JSON.stringify(d.column)}; it has ${d.known.join(', ') || 'none'}.`,
  }),
  tooLarge: defineError({
    code: 'DATASET_TOO_LARGE',
    summary: 'A data set has more rows, bytes, columns or files than are read.',
    remedy: 'Make a task of a part of it.',
    message: (d: InFile & { readonly what: string; readonly got: number; readonly limit: number }) =>
      `${d.file}: has ${d.got} ${d.what}, at most ${d.limit} are read.`,
  }),
  splitsUnresolved: defineError({
    code: 'DATASET_SPLITS_UNRESOLVED',
    summary: 'The splits of a task cannot be made as declared.',
    remedy: 'Carve a split out of one that is read from files and has more examples than are carved.',
    message: (d: { readonly split: string; readonly rule: string }) => `split ${d.split}: ${d.rule}.`,
  }),
} as const;
