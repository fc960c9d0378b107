import { createReadStream } from 'node:fs';
import { datasetErrors } from './errors.js';
import { datasetLimits } from './limits.js';
import type { DatasetRow, ReadRowsOptions } from './row.js';

/**
 * The rows of a file of JSON objects, one a line; empty lines are passed over, and counted. One line is in memory at a time.
 *
 * @throws DATASET_ROW_INVALID, DATASET_TOO_LARGE, DATASET_UNREADABLE
 */
export async function* readJsonl(file: string, { signal }: ReadRowsOptions = {}): AsyncGenerator<DatasetRow> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let row = 0;
  for await (const line of readLines(file, signal)) {
    row += 1;
    if (row > datasetLimits.rows) throw tooLarge(file, 'rows', row, datasetLimits.rows);
    const invalid = (rule: string, cause?: unknown) => datasetErrors.rowInvalid({ file, row, rule }, cause);
    let text: string;
    try {
      text = decoder.decode(line);
    } catch (error) {
      throw invalid('it is not UTF-8', error);
    }
    if (text.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw invalid(`it is not JSON: ${(error as Error).message}`, error);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('it is no JSON object');
    yield { row, values: value as Record<string, unknown> };
  }
}

const NEWLINE = 10;

async function* readLines(file: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const limit = datasetLimits.rowBytes;
  let held: Buffer[] = [];
  let bytes = 0;
  const take = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > limit) throw tooLarge(file, 'bytes in one line', bytes, limit);
    held.push(part);
  };
  try {
    for await (const chunk of createReadStream(file, signal && { signal }) as AsyncIterable<Buffer>) {
      let begin = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
        take(chunk.subarray(begin, end));
        yield Buffer.concat(held);
        held = [];
        bytes = 0;
        begin = end + 1;
      }
      if (begin < chunk.length) take(chunk.subarray(begin));
    }
  } catch (error) {
    throw readingFailed(file, 'JSONL', error, signal);
  }
  if (bytes > 0) yield Buffer.concat(held);
}

export function tooLarge(file: string, what: string, got: number, limit: number): Error {
  return datasetErrors.tooLarge({ file, what, got, limit });
}

/** Our own errors and aborts stay what they are; the rest becomes DATASET_UNREADABLE. */
export function readingFailed(file: string, format: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof Error && error.name === 'CrucibleError') return error;
  const reason = error instanceof Error ? error.message : String(error);
  return datasetErrors.unreadable({ file, format, reason }, error);
}
