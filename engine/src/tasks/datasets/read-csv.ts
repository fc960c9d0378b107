import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { datasetErrors } from './errors.js';
import { datasetLimits } from './limits.js';
import { readingFailed, tooLarge } from './read-jsonl.js';
import type { DatasetRow, ReadRowsOptions } from './row.js';

/**
 * The rows of a file of separated values whose first line names the columns: CSV as RFC 4180 has it, or TSV, in which a quote is a character as any other. All
 * values are texts.
 *
 * @throws DATASET_ROW_INVALID, DATASET_TOO_LARGE, DATASET_UNREADABLE
 */
export async function* readCsv(
  file: string,
  format: 'CSV' | 'TSV',
  { signal }: ReadRowsOptions = {},
): AsyncGenerator<DatasetRow> {
  const parser = createReadStream(file, signal && { signal }).pipe(
    parse({
      bom: true,
      columns: (names: string[]) => checkHeader(file, names),
      delimiter: format === 'CSV' ? ',' : '\t',
      ...(format === 'TSV' && { quote: null }),
      max_record_size: datasetLimits.rowBytes,
      skip_empty_lines: true,
    }),
  );
  let row = 0;
  try {
    for await (const values of parser as AsyncIterable<Record<string, string>>) {
      signal?.throwIfAborted();
      row += 1;
      if (row > datasetLimits.rows) throw tooLarge(file, 'rows', row, datasetLimits.rows);
      yield { row, values };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw readingFailed(file, format, error, signal);
    if (error.code === 'CSV_MAX_RECORD_SIZE') {
      throw tooLarge(file, `or more bytes in row ${row + 1}`, datasetLimits.rowBytes + 1, datasetLimits.rowBytes);
    }
    throw datasetErrors.rowInvalid({ file, row: row + 1, rule: error.message.replace(/\.$/, '') }, error);
  } finally {
    parser.destroy();
  }
}

function checkHeader(file: string, names: readonly string[]): string[] {
  const limit = datasetLimits.columns;
  if (names.length > limit) throw tooLarge(file, 'columns', names.length, limit);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw datasetErrors.unreadable({
      file,
      format: 'separated values',
      reason: `two columns are named ${JSON.stringify(twice)}`,
    });
  }
  return [...names];
}
