import { isUtf8 } from 'node:buffer';
import { isDtype, type Dtype, DTYPE_BITS } from './dtype.js';
import { tensorErrors } from './errors.js';
import { JsonScanner } from './json-scanner.js';
import { tensorLimits } from './limits.js';

/** One tensor of a file: `byteLength` bytes from `begin` on, counted from the start of the data. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Product of the shape. */
  readonly size: number;
  readonly begin: number;
  readonly byteLength: number;
}

export interface TensorHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of the header. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

type Integer = number | bigint;
const MAX_U64 = 2n ** 64n - 1n;

/**
 * Parses and checks a safetensors header: after it every tensor lies inside the data, the tensors tile the data without hole or
 * overlap, and each has exactly the bytes of its shape and dtype. Nothing of the data is read for that.
 *
 * @param bytes the header without its length; @param dataBytes bytes of the file behind the header.
 */
export function parseHeader(file: string, bytes: Buffer, dataBytes: number): TensorHeader {
  if (bytes[0] !== 0x7b) {
    const got = bytes.length === 0 ? 'an empty header' : `byte 0x${(bytes[0] ?? 0).toString(16).padStart(2, '0')}`;
    throw tensorErrors.headerStart({ file, got });
  }
  if (!isUtf8(bytes)) throw tensorErrors.headerNotUtf8({ file });
  const scanner = new JsonScanner(file, bytes);
  const tensors = new Map<string, TensorInfo>();
  let metadata: ReadonlyMap<string, string> = new Map();
  scanner.object('the header', (name) => {
    if (name === '__metadata__') {
      metadata = parseMetadata(scanner);
      return;
    }
    if (tensors.size >= tensorLimits.tensors) throw tensorErrors.tooManyTensors({ file, limit: tensorLimits.tensors });
    if (Buffer.byteLength(name) > tensorLimits.nameBytes) {
      throw tensorErrors.nameInvalid({
        file,
        tensor: name,
        rule: `its name has more than ${tensorLimits.nameBytes} bytes`,
      });
    }
    tensors.set(name, parseRecord(scanner, name, dataBytes));
  });
  scanner.expectEnd();
  checkTiling(file, tensors, dataBytes);
  return { metadata, tensors };
}

function parseMetadata(scanner: JsonScanner): ReadonlyMap<string, string> {
  const { file } = scanner;
  const metadata = new Map<string, string>();
  const invalid = () => tensorErrors.metadataInvalid({ file, position: scanner.position, got: scanner.describe() });
  const check = (what: string, got: number, limit: number): void => {
    if (got > limit) throw tensorErrors.metadataTooLarge({ file, what, got, limit });
  };
  if (scanner.peek() !== 0x7b) throw invalid();
  scanner.object('__metadata__', (key) => {
    if (!scanner.isString()) throw invalid();
    const value = scanner.string();
    check('bytes in one entry', Buffer.byteLength(key) + Buffer.byteLength(value), tensorLimits.metadataBytes);
    metadata.set(key, value);
    check('entries', metadata.size, tensorLimits.metadataEntries);
  });
  return metadata;
}

function parseRecord(scanner: JsonScanner, tensor: string, dataBytes: number): TensorInfo {
  const { file } = scanner;
  const invalid = (rule: string) => tensorErrors.recordInvalid({ file, tensor, rule });
  let dtype: Dtype | undefined;
  let shape: readonly Integer[] | undefined;
  let offsets: readonly [Integer, Integer] | undefined;
  if (scanner.peek() !== 0x7b) throw invalid(`its record must be an object, got ${scanner.describe()}`);
  scanner.object(`the record of tensor ${JSON.stringify(tensor)}`, (field) => {
    if (field === 'dtype') dtype = parseDtype(scanner, tensor);
    else if (field === 'shape') shape = parseShape(scanner, tensor);
    else if (field === 'data_offsets') offsets = parseOffsets(scanner, tensor);
    else throw invalid(`its record has the unknown field ${JSON.stringify(field.slice(0, 100))}`);
  });
  if (dtype === undefined) throw invalid('its record has no dtype');
  if (shape === undefined) throw invalid('its record has no shape');
  if (offsets === undefined) throw invalid('its record has no data_offsets');
  return checkRecord(file, tensor, dtype, shape, offsets, dataBytes);
}

function parseDtype(scanner: JsonScanner, tensor: string): Dtype {
  const { file } = scanner;
  if (!scanner.isString()) {
    throw tensorErrors.recordInvalid({ file, tensor, rule: `its dtype must be a string, got ${scanner.describe()}` });
  }
  const got = scanner.string();
  if (!isDtype(got)) throw tensorErrors.dtypeUnknown({ file, tensor, got });
  return got;
}

function parseShape(scanner: JsonScanner, tensor: string): readonly Integer[] {
  const { file } = scanner;
  const shape: Integer[] = [];
  if (scanner.peek() !== 0x5b) throw tensorErrors.shapeInvalid({ file, tensor, got: scanner.describe() });
  scanner.array(() => {
    const dimension = scanner.unsignedInteger();
    if (dimension === undefined) throw tensorErrors.shapeInvalid({ file, tensor, got: scanner.describe() });
    if (shape.length >= tensorLimits.rank) throw tensorErrors.rankTooHigh({ file, tensor, limit: tensorLimits.rank });
    shape.push(dimension);
  });
  return shape;
}

function parseOffsets(scanner: JsonScanner, tensor: string): readonly [Integer, Integer] {
  const { file } = scanner;
  const offsets: Integer[] = [];
  const invalid = (got: string) => tensorErrors.offsetsInvalid({ file, tensor, got });
  if (scanner.peek() !== 0x5b) throw invalid(scanner.describe());
  scanner.array((index) => {
    const offset = scanner.unsignedInteger();
    if (offset === undefined) throw invalid(scanner.describe());
    if (index > 1) throw invalid('more than two');
    offsets.push(offset);
  });
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined) throw invalid('fewer than two');
  if (begin > end) throw invalid(`[${begin}, ${end}]`);
  return [begin, end];
}

function checkRecord(
  file: string,
  tensor: string,
  dtype: Dtype,
  dimensions: readonly Integer[],
  [begin, end]: readonly [Integer, Integer],
  dataBytes: number,
): TensorInfo {
  if (end > dataBytes) throw tensorErrors.rangeBeyondData({ file, tensor, end, dataBytes });
  const shapeText = (): string => dimensions.join(', ');
  // A zero beside an overflow is refused too: another reader may multiply in another order.
  let product = 1n;
  for (const dimension of dimensions) if (dimension !== 0) product *= BigInt(dimension);
  const bits = product * BigInt(DTYPE_BITS[dtype]);
  if (bits > MAX_U64) throw tensorErrors.shapeOverflow({ file, tensor, shape: shapeText() });
  const shape = dimensions.map(Number);
  const empty = shape.includes(0);
  if (!empty && bits % 8n !== 0n) throw tensorErrors.misalignedBits({ file, tensor, bits: String(bits) });
  const expected = empty ? 0n : bits / 8n;
  const byteLength = Number(end) - Number(begin);
  if (expected !== BigInt(byteLength)) {
    throw tensorErrors.sizeMismatch({
      file,
      tensor,
      got: byteLength,
      expected: String(expected),
      dtype,
      shape: shapeText(),
    });
  }
  return { name: tensor, dtype, shape, size: empty ? 0 : Number(product), begin: Number(begin), byteLength };
}

function checkTiling(file: string, tensors: ReadonlyMap<string, TensorInfo>, dataBytes: number): void {
  const ordered = [...tensors.values()].sort((x, y) => x.begin - y.begin || x.byteLength - y.byteLength);
  let previousEnd = 0;
  for (const { name: tensor, begin, byteLength } of ordered) {
    if (begin > previousEnd) throw tensorErrors.hole({ file, tensor, begin, previousEnd });
    if (begin < previousEnd) throw tensorErrors.overlap({ file, tensor, begin, previousEnd });
    previousEnd = begin + byteLength;
  }
  if (previousEnd < dataBytes) throw tensorErrors.trailingBytes({ file, got: dataBytes - previousEnd });
}
