import { datasetErrors } from './errors.js';
import type { FileRow } from './read-table.js';

type Reads<Value> = (row: FileRow, column: string) => Value;

/** A cell as a text, or as the UTF-8 of one (older parquet files do not say that bytes are text). Numbers become what they are written as. */
export const readText: Reads<string> = (row, column) => {
  const value = row.values[column];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
    } catch {
      throw invalid(row, column, value, 'UTF-8');
    }
  }
  throw invalid(row, column, value, 'a text');
};

/** A cell as a finite number; in files without types, a text that is one. */
export const readFinite: Reads<number> = (row, column) => {
  const value = row.values[column];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number(value ?? Number.NaN);
  const fits = ['number', 'bigint', 'string'].includes(typeof value) && Number.isFinite(number) && value !== '';
  if (fits) return number;
  throw invalid(row, column, value, 'a finite number');
};

/** A cell as a label: the name of a class, or its number. A hidden label (−1) is refused: nothing could be scored by it. */
export function createLabelReader(classes: readonly string[]): Reads<number> {
  const byName = new Map(classes.map((name, label) => [name, label]));
  return (row, column) => {
    const value = row.values[column];
    const named = typeof value === 'string' ? byName.get(value) : undefined;
    if (named !== undefined) return named;
    const number = typeof value === 'string' ? (/^\d+$/.test(value) ? Number(value) : Number.NaN) : readNumeric(value);
    if (Number.isInteger(number) && number >= 0 && number < classes.length) return number;
    const expected = `one of ${classes.length} classes (${classes.slice(0, 5).join(', ')}${classes.length > 5 ? ', …' : ''}) or its number`;
    throw invalid(row, column, value, expected);
  };
}

/** A cell as the bytes of an image: bytes, or the `{bytes, path}` of a Hugging Face `Image` feature. */
export const readImageBytes: Reads<Uint8Array> = (row, column) => {
  const value = row.values[column];
  const bytes = typeof value === 'object' && value !== null && 'bytes' in value ? value.bytes : value;
  if (bytes instanceof Uint8Array) return bytes;
  throw invalid(row, column, value, 'an image: bytes, or an object with bytes');
};

const readNumeric = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : Number.NaN;

function invalid({ file, row }: FileRow, column: string, got: unknown, expected: string): Error {
  return datasetErrors.rowInvalid({ file, row, rule: `${column} is ${describe(got)}, expected ${expected}` });
}

const SHOWN = 60;

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'empty';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object') return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  const text = JSON.stringify(typeof value === 'bigint' ? Number(value) : value) ?? typeof value;
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
