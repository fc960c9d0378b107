import { compareNames } from './compare-names.js';
import { DTYPE_BITS, isDtype, type Dtype } from './dtype.js';
import { tensorErrors } from './errors.js';
import { isWellFormed } from './is-well-formed.js';
import { tensorLimits } from './limits.js';

/** A tensor that shall be written. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

export interface PlannedTensor extends TensorSpec {
  /** Position in the file. */
  readonly position: number;
  readonly byteLength: number;
}

export interface FileLayout {
  /** Length, JSON and padding. */
  readonly header: Buffer;
  /** In the order of the file. */
  readonly tensors: readonly PlannedTensor[];
  readonly byteLength: number;
}

/**
 * Where every byte of a safetensors file goes, from names, shapes and metadata alone: the same input in any order gives the same bytes.
 * Tensors go by falling alignment, then by name; metadata by key; the header is padded with spaces to a multiple of 8, so that every
 * tensor lies aligned.
 */
export function planLayout(
  file: string,
  specs: readonly TensorSpec[],
  metadata: ReadonlyMap<string, string>,
): FileLayout {
  if (specs.length > tensorLimits.tensors) throw tensorErrors.tooManyTensors({ file, limit: tensorLimits.tensors });
  const ordered = specs
    .map((spec) => ({ ...spec, byteLength: checkSpec(file, spec) }))
    .sort((x, y) => DTYPE_BITS[y.dtype] - DTYPE_BITS[x.dtype] || compareNames(x.name, y.name));
  const entries: string[] = [];
  if (metadata.size > 0) entries.push(`"__metadata__":${formatMetadata(file, metadata)}`);
  let offset = 0;
  const names = new Set<string>();
  for (const { name, dtype, shape, byteLength } of ordered) {
    if (names.has(name)) throw tensorErrors.nameInvalid({ file, tensor: name, rule: 'two tensors have this name' });
    names.add(name);
    const range = [offset, offset + byteLength];
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: range })}`);
    offset += byteLength;
  }
  const header = frameHeader(file, `{${entries.join(',')}}`);
  let position = header.length;
  const tensors = ordered.map((tensor) => {
    const planned = { ...tensor, position };
    position += tensor.byteLength;
    return planned;
  });
  return { header, tensors, byteLength: position };
}

function frameHeader(file: string, json: string): Buffer {
  const body = Buffer.from(json);
  const padded = Math.ceil(body.length / 8) * 8;
  const limit = tensorLimits.headerBytes;
  if (padded > limit) throw tensorErrors.headerTooLong({ file, got: BigInt(padded), limit });
  const header = Buffer.alloc(8 + padded, 0x20);
  header.writeBigUInt64LE(BigInt(padded));
  body.copy(header, 8);
  return header;
}

function formatMetadata(file: string, metadata: ReadonlyMap<string, string>): string {
  const check = (what: string, got: number, limit: number): void => {
    if (got > limit) throw tensorErrors.metadataTooLarge({ file, what, got, limit });
  };
  check('entries', metadata.size, tensorLimits.metadataEntries);
  const entries = [...metadata].sort(([x], [y]) => compareNames(x, y));
  const texts = entries.map(([key, value]) => {
    check('bytes in one entry', Buffer.byteLength(key) + Buffer.byteLength(value), tensorLimits.metadataBytes);
    if (!isWellFormed(key) || !isWellFormed(value)) {
      throw tensorErrors.metadataInvalid({ file, position: 0, got: 'half of a surrogate pair' });
    }
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  });
  return `{${texts.join(',')}}`;
}

/** Checks name, dtype and shape; returns the byte length. */
function checkSpec(file: string, { name, dtype, shape }: TensorSpec): number {
  const invalidName = (rule: string) => tensorErrors.nameInvalid({ file, tensor: name, rule });
  if (name === '__metadata__') throw invalidName('this name is reserved');
  if (!isWellFormed(name)) throw invalidName('its name holds half of a surrogate pair');
  if (Buffer.byteLength(name) > tensorLimits.nameBytes) {
    throw invalidName(`its name has more than ${tensorLimits.nameBytes} bytes`);
  }
  if (!isDtype(dtype)) throw tensorErrors.dtypeUnknown({ file, tensor: name, got: String(dtype) });
  if (shape.length > tensorLimits.rank) {
    throw tensorErrors.rankTooHigh({ file, tensor: name, limit: tensorLimits.rank });
  }
  let size = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw tensorErrors.shapeInvalid({ file, tensor: name, got: `[${shape.join(', ')}]` });
    }
    size *= dimension;
  }
  const bits = size * DTYPE_BITS[dtype];
  if (!Number.isSafeInteger(bits)) throw tensorErrors.shapeOverflow({ file, tensor: name, shape: shape.join(', ') });
  if (bits % 8 !== 0) throw tensorErrors.misalignedBits({ file, tensor: name, bits: String(bits) });
  return bits / 8;
}
