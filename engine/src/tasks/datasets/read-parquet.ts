import { open } from 'node:fs/promises';
import { parquetMetadataAsync, parquetReadObjects, type Compressors, type FileMetaData } from 'hyparquet';
import { compressors as plain } from 'hyparquet-compressors';
import { datasetErrors } from './errors.js';
import { datasetLimits } from './limits.js';
import { readingFailed, tooLarge } from './read-jsonl.js';
import type { DatasetRow, ReadRowsOptions } from './row.js';

/** A parquet file of a Hugging Face data set. */
export interface ParquetFile {
  readonly rowCount: number;
  readonly columns: readonly string[];
  /** Names of the classes of a column, where the file's Hugging Face features name them. */
  classNames(column: string): readonly string[] | undefined;
  /** Some columns of all rows, a batch decoded at a time. */
  rows(columns: readonly string[], options?: ReadRowsOptions): AsyncGenerator<DatasetRow>;
  close(): Promise<void>;
}

/** @throws DATASET_UNREADABLE, DATASET_TOO_LARGE */
export async function openParquet(file: string): Promise<ParquetFile> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw readingFailed(file, 'parquet', error, undefined);
  });
  try {
    const { size } = await handle.stat();
    if (size > datasetLimits.fileBytes) throw tooLarge(file, 'bytes', size, datasetLimits.fileBytes);
    const source = {
      byteLength: size,
      async slice(begin: number, end: number = size): Promise<ArrayBuffer> {
        const from = Math.max(0, begin < 0 ? size + begin : begin);
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - from));
        for (let done = 0; done < bytes.length;) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
          if (bytesRead === 0) throw new Error('it ends early');
          done += bytesRead;
        }
        return bytes.buffer;
      },
    };
    await checkFooter(file, source);
    const metadata = await parquetMetadataAsync(source);
    const rowCount = Number(metadata.num_rows);
    if (rowCount > datasetLimits.rows) throw tooLarge(file, 'rows', rowCount, datasetLimits.rows);
    const columns = topColumns(metadata);
    if (columns.length > datasetLimits.columns) throw tooLarge(file, 'columns', columns.length, datasetLimits.columns);
    const features = readFeatures(metadata);
    return {
      rowCount,
      columns,
      classNames: (column) => features.get(column),
      rows: (wanted, options) => readRows(file, { source, metadata, columns }, wanted, options),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw readingFailed(file, 'parquet', error, undefined);
  }
}

interface Source {
  readonly byteLength: number;
  slice(begin: number, end?: number): Promise<ArrayBuffer>;
}

/** Before anything is read by its word: the last 8 bytes are the footer's length and "PAR1". */
async function checkFooter(file: string, source: Source): Promise<void> {
  if (source.byteLength < 12) throw new Error('it is shorter than a footer');
  const tail = new DataView(await source.slice(-8));
  if (tail.getUint32(4, true) !== 0x31524150) throw new Error('it does not end in PAR1');
  const length = tail.getUint32(0, true);
  const limit = Math.min(datasetLimits.footerBytes, source.byteLength - 8);
  if (length > limit) throw tooLarge(file, 'bytes of footer', length, limit);
}

async function* readRows(
  file: string,
  { source, metadata, columns: known }: { source: Source; metadata: FileMetaData; columns: readonly string[] },
  columns: readonly string[],
  { signal }: ReadRowsOptions = {},
): AsyncGenerator<DatasetRow> {
  for (const column of columns) {
    if (!known.includes(column)) throw datasetErrors.columnMissing({ file, column, known });
  }
  const compressors = cappedCompressors(file);
  let groupStart = 0;
  try {
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (!Number.isSafeInteger(rows) || rows < 0) throw new Error(`a row group has ${rows} rows`);
      // Within a row group, so that no batch decodes the columns of two.
      for (let begin = 0; begin < rows; begin += datasetLimits.batchRows) {
        signal?.throwIfAborted();
        const rowStart = groupStart + begin;
        const rowEnd = groupStart + Math.min(rows, begin + datasetLimits.batchRows);
        const batch = await parquetReadObjects({
          file: source,
          metadata,
          columns: [...columns],
          compressors,
          rowStart,
          rowEnd,
          useOffsetIndex: true,
          // Bytes that are said to be no text stay bytes: images are such.
          utf8: false,
          parsers: { stringFromBytes: decodeText },
        });
        if (batch.length !== rowEnd - rowStart) {
          throw new Error(`rows ${rowStart + 1} to ${rowEnd} gave ${batch.length} rows`);
        }
        for (const [i, values] of batch.entries()) yield { row: rowStart + i + 1, values };
      }
      groupStart += rows;
    }
  } catch (error) {
    throw readingFailed(file, 'parquet', error, signal);
  }
}

/** Undecodable bytes are an error, never a replacement character. */
function decodeText(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** A page may say that it unpacks to gigabytes; that is asked before it is done. */
function cappedCompressors(file: string): Compressors {
  const limit = datasetLimits.pageBytes;
  return Object.fromEntries(
    Object.entries(plain).map(([name, unpack]) => [
      name,
      (input: Uint8Array, length: number): Uint8Array => {
        if (length > limit) throw tooLarge(file, 'bytes in one page', length, limit);
        return unpack(input, length) as Uint8Array;
      },
    ]),
  );
}

function topColumns({ schema }: FileMetaData): readonly string[] {
  const names: string[] = [];
  for (let at = 1; at < schema.length;) {
    names.push(schema[at]!.name);
    at = skip(schema, at);
  }
  return names;
}

/** Where the element after this one, with all its children, begins. */
function skip(schema: FileMetaData['schema'], at: number): number {
  let next = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0) && next < schema.length; child += 1) {
    next = skip(schema, next);
  }
  return next;
}

/** `datasets` writes its features as JSON into the file's metadata; what is not as expected there is passed over. */
function readFeatures({ key_value_metadata: entries }: FileMetaData): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const text = entries?.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined || text.length > datasetLimits.footerBytes) return found;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return found;
  }
  const features = member(member(json, 'info'), 'features');
  if (typeof features !== 'object' || features === null) return found;
  for (const [column, feature] of Object.entries(features)) {
    const names = member(feature, 'names');
    if (member(feature, '_type') !== 'ClassLabel' || !Array.isArray(names)) continue;
    if (names.every((name): name is string => typeof name === 'string')) found.set(column, names);
  }
  return found;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
