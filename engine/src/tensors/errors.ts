import { defineError } from '../errors/index.js';

interface InFile {
  readonly file: string;
}
interface InTensor extends InFile {
  readonly tensor: string;
}

const REFUSE =
  'The file is damaged or was made to deceive. Get it again from its source, or write it again with a current library.';
const quote = (name: string): string => JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);

/** Everything that can be wrong with tensors on disk. Every message names the file, the tensor where there is one, and the rule. */
export const tensorErrors = {
  fileTooShort: defineError({
    code: 'TENSORS_FILE_TOO_SHORT',
    summary: 'A safetensors file is shorter than the 8 bytes of its header length.',
    remedy: REFUSE,
    message: (d: InFile & { readonly got: number }) =>
      `${d.file}: has ${d.got} bytes, a safetensors file has at least 8.`,
  }),
  headerTooLong: defineError({
    code: 'TENSORS_HEADER_TOO_LONG',
    summary: 'The stated length of a safetensors header is above the cap.',
    remedy: REFUSE,
    message: (d: InFile & { readonly got: bigint; readonly limit: number }) =>
      `${d.file}: says that its header has ${d.got} bytes, the format allows ${d.limit}.`,
  }),
  headerPastEnd: defineError({
    code: 'TENSORS_HEADER_PAST_END',
    summary: 'A safetensors header would end behind the end of the file.',
    remedy: REFUSE,
    message: (d: InFile & { readonly got: number; readonly fileBytes: number }) =>
      `${d.file}: says that its header has ${d.got} bytes, but only ${d.fileBytes - 8} follow.`,
  }),
  headerStart: defineError({
    code: 'TENSORS_HEADER_START',
    summary: 'A safetensors header does not begin with an opening brace.',
    remedy: REFUSE,
    message: (d: InFile & { readonly got: string }) =>
      `${d.file}: the first byte of the header must be "{", got ${d.got}.`,
  }),
  headerNotUtf8: defineError({
    code: 'TENSORS_HEADER_NOT_UTF8',
    summary: 'A safetensors header is not UTF-8.',
    remedy: REFUSE,
    message: (d: InFile) => `${d.file}: the header is not valid UTF-8.`,
  }),
  jsonSyntax: defineError({
    code: 'TENSORS_JSON_SYNTAX',
    summary: 'A header or index is not strict JSON.',
    remedy: REFUSE,
    message: (d: InFile & { readonly position: number; readonly expected: string; readonly got: string }) =>
      `${d.file}: not strict JSON at byte ${d.position}: expected ${d.expected}, got ${d.got}.`,
  }),
  jsonSurrogate: defineError({
    code: 'TENSORS_JSON_SURROGATE',
    summary: 'A string in a header or index holds half of a surrogate pair, which is no character.',
    remedy: REFUSE,
    message: (d: InFile & { readonly position: number }) =>
      `${d.file}: a lone surrogate in the string at byte ${d.position}.`,
  }),
  jsonDepth: defineError({
    code: 'TENSORS_JSON_DEPTH',
    summary: 'JSON is nested deeper than the cap.',
    remedy: REFUSE,
    message: (d: InFile & { readonly position: number; readonly limit: number }) =>
      `${d.file}: JSON nested deeper than ${d.limit} levels at byte ${d.position}.`,
  }),
  jsonTooLong: defineError({
    code: 'TENSORS_JSON_TOO_LONG',
    summary: 'A JSON file is larger than the cap.',
    remedy: REFUSE,
    message: (d: InFile & { readonly got: number; readonly limit: number }) =>
      `${d.file}: has ${d.got} bytes, at most ${d.limit} are read.`,
  }),
  duplicateKey: defineError({
    code: 'TENSORS_DUPLICATE_KEY',
    summary: 'A key occurs twice in one JSON object, so that two readers could see two different files.',
    remedy: REFUSE,
    message: (d: InFile & { readonly key: string; readonly within: string }) =>
      `${d.file}: the key ${quote(d.key)} occurs twice in ${d.within}.`,
  }),
  metadataInvalid: defineError({
    code: 'TENSORS_METADATA_INVALID',
    summary: '`__metadata__` is not an object of strings.',
    remedy: REFUSE,
    message: (d: InFile & { readonly position: number; readonly got: string }) =>
      `${d.file}: __metadata__ maps strings to strings, got ${d.got} at byte ${d.position}.`,
  }),
  metadataTooLarge: defineError({
    code: 'TENSORS_METADATA_TOO_LARGE',
    summary: '`__metadata__` has more entries, or longer ones, than the cap.',
    remedy: REFUSE,
    message: (d: InFile & { readonly what: string; readonly got: number; readonly limit: number }) =>
      `${d.file}: __metadata__ has ${d.got} ${d.what}, at most ${d.limit} are allowed.`,
  }),
  tooManyTensors: defineError({
    code: 'TENSORS_TOO_MANY',
    summary: 'A file holds more tensors than the cap.',
    remedy: 'Split the tensors over several files.',
    message: (d: InFile & { readonly limit: number }) => `${d.file}: holds more than ${d.limit} tensors.`,
  }),
  nameInvalid: defineError({
    code: 'TENSORS_NAME_INVALID',
    summary: 'A tensor has a name that is too long, is no text, or is reserved.',
    remedy: 'Rename the tensor.',
    message: (d: InTensor & { readonly rule: string }) => `${d.file}: tensor ${quote(d.tensor)}: ${d.rule}.`,
  }),
  recordInvalid: defineError({
    code: 'TENSORS_RECORD_INVALID',
    summary: 'A tensor record is not an object of exactly dtype, shape and data_offsets.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly rule: string }) => `${d.file}: tensor ${quote(d.tensor)}: ${d.rule}.`,
  }),
  dtypeUnknown: defineError({
    code: 'TENSORS_DTYPE_UNKNOWN',
    summary: 'A tensor has a dtype that the format does not have.',
    remedy: 'Write the tensor as F32, F16 or BF16.',
    message: (d: InTensor & { readonly got: string }) =>
      `${d.file}: tensor ${quote(d.tensor)}: unknown dtype ${quote(d.got)}.`,
  }),
  shapeInvalid: defineError({
    code: 'TENSORS_SHAPE_INVALID',
    summary: 'A shape is not an array of non-negative integers of 64 bits.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly got: string }) =>
      `${d.file}: tensor ${quote(d.tensor)}: shape must be an array of integers from 0 to 2^64 - 1, got ${d.got}.`,
  }),
  rankTooHigh: defineError({
    code: 'TENSORS_RANK_TOO_HIGH',
    summary: 'A tensor has more dimensions than the cap.',
    remedy: 'Reshape the tensor.',
    message: (d: InTensor & { readonly limit: number }) =>
      `${d.file}: tensor ${quote(d.tensor)}: has more than ${d.limit} dimensions.`,
  }),
  shapeOverflow: defineError({
    code: 'TENSORS_SHAPE_OVERFLOW',
    summary: 'The size of a shape does not fit 64 bits.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly shape: string }) =>
      `${d.file}: tensor ${quote(d.tensor)}: the size of shape [${d.shape}] overflows.`,
  }),
  offsetsInvalid: defineError({
    code: 'TENSORS_OFFSETS_INVALID',
    summary: 'data_offsets is not a pair of ordered non-negative integers of 64 bits.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly got: string }) =>
      `${d.file}: tensor ${quote(d.tensor)}: data_offsets must be [begin, end] with integers 0 <= begin <= end < 2^64, got ${d.got}.`,
  }),
  rangeBeyondData: defineError({
    code: 'TENSORS_RANGE_BEYOND_DATA',
    summary: 'A tensor would end behind the end of the file: the file is cut short, or lies.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly end: bigint | number; readonly dataBytes: number }) =>
      `${d.file}: tensor ${quote(d.tensor)}: ends at byte ${d.end} of the data, which has ${d.dataBytes}.`,
  }),
  sizeMismatch: defineError({
    code: 'TENSORS_SIZE_MISMATCH',
    summary: 'The bytes of a tensor are not what its shape and dtype make.',
    remedy: REFUSE,
    message: (
      d: InTensor & { readonly got: number; readonly expected: string; readonly dtype: string; readonly shape: string },
    ) => `${d.file}: tensor ${quote(d.tensor)}: ${d.dtype} [${d.shape}] takes ${d.expected} bytes, got ${d.got}.`,
  }),
  misalignedBits: defineError({
    code: 'TENSORS_MISALIGNED_BITS',
    summary: 'A tensor of a dtype below one byte does not fill whole bytes.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly bits: string }) =>
      `${d.file}: tensor ${quote(d.tensor)}: has ${d.bits} bits, which are not whole bytes.`,
  }),
  overlap: defineError({
    code: 'TENSORS_OVERLAP',
    summary: 'Two tensors share bytes.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly begin: number; readonly previousEnd: number }) =>
      `${d.file}: tensor ${quote(d.tensor)}: begins at byte ${d.begin}, but the tensor before it ends at ${d.previousEnd}.`,
  }),
  hole: defineError({
    code: 'TENSORS_HOLE',
    summary: 'Bytes between two tensors, or before the first, belong to none.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly begin: number; readonly previousEnd: number }) =>
      `${d.file}: tensor ${quote(d.tensor)}: begins at byte ${d.begin}, bytes from ${d.previousEnd} on belong to no tensor.`,
  }),
  trailingBytes: defineError({
    code: 'TENSORS_TRAILING_BYTES',
    summary: 'Bytes behind the last tensor belong to none: the file may be another format too.',
    remedy: REFUSE,
    message: (d: InFile & { readonly got: number }) => `${d.file}: ${d.got} bytes follow the last tensor.`,
  }),
  notFound: defineError({
    code: 'TENSORS_NOT_FOUND',
    summary: 'A file has no tensor of the name that was asked for.',
    remedy: 'Check that the file is of the kind that it is used as.',
    message: (d: InTensor) => `${d.file}: has no tensor ${quote(d.tensor)}.`,
  }),
  dtypeUnsupported: defineError({
    code: 'TENSORS_DTYPE_UNSUPPORTED',
    summary: 'A tensor has a dtype that cannot be read as what was asked for.',
    remedy: 'Write the tensor as F32, F16 or BF16 (weights), or as U8 or I32 (images and labels).',
    message: (d: InTensor & { readonly dtype: string; readonly expected: string }) =>
      `${d.file}: tensor ${quote(d.tensor)}: is ${d.dtype}, expected ${d.expected}.`,
  }),
  tensorTooLarge: defineError({
    code: 'TENSORS_TENSOR_TOO_LARGE',
    summary: 'A tensor is larger than what is read into memory at once.',
    remedy: 'Read it in ranges.',
    message: (d: InTensor & { readonly got: number; readonly limit: number }) =>
      `${d.file}: tensor ${quote(d.tensor)}: has ${d.got} bytes, at most ${d.limit} are read at once.`,
  }),
  rangeInvalid: defineError({
    code: 'TENSORS_RANGE_INVALID',
    summary: 'A range that was asked for is not inside its tensor.',
    remedy: 'Ask for bytes between 0 and the byte length of the tensor.',
    message: (d: InTensor & { readonly begin: number; readonly end: number; readonly byteLength: number }) =>
      `${d.file}: tensor ${quote(d.tensor)}: bytes ${d.begin} to ${d.end} are not within 0 to ${d.byteLength}.`,
  }),
  fileChanged: defineError({
    code: 'TENSORS_FILE_CHANGED',
    summary: 'A file changed while it was open.',
    remedy: 'Leave files alone while they are in use; write a new file and rename it instead.',
    message: (d: InFile & { readonly what: string }) => `${d.file}: changed while it was read: ${d.what}.`,
  }),
  unreadable: defineError({
    code: 'TENSORS_UNREADABLE',
    summary: 'A file could not be opened or read.',
    remedy: 'Check that the path is right and that the file may be read.',
    message: (d: InFile & { readonly reason: string }) => `${d.file}: cannot be read: ${d.reason}.`,
  }),
  unwritable: defineError({
    code: 'TENSORS_UNWRITABLE',
    summary: 'A file could not be written.',
    remedy: 'Check that the folder exists, may be written, and has space.',
    message: (d: InFile & { readonly reason: string }) => `${d.file}: cannot be written: ${d.reason}.`,
  }),
  producedLength: defineError({
    code: 'TENSORS_PRODUCED_LENGTH',
    summary: 'What was handed to the writer is not as long as the declared shape and dtype.',
    remedy: 'Hand over the bytes of exactly the declared tensor.',
    message: (d: InTensor & { readonly got: number; readonly expected: number }) =>
      `${d.file}: tensor ${quote(d.tensor)}: got ${d.got} bytes to write, its shape takes ${d.expected}.`,
  }),
  writeOrder: defineError({
    code: 'TENSORS_WRITE_ORDER',
    summary: 'A tensor was written twice, or not at all.',
    remedy: 'Write every declared tensor once.',
    message: (d: InTensor & { readonly rule: string }) => `${d.file}: tensor ${quote(d.tensor)}: ${d.rule}.`,
  }),
  indexInvalid: defineError({
    code: 'TENSORS_INDEX_INVALID',
    summary: 'model.safetensors.index.json does not have a weight_map from tensor names to file names.',
    remedy: REFUSE,
    message: (d: InFile & { readonly rule: string }) => `${d.file}: ${d.rule}.`,
  }),
  shardPath: defineError({
    code: 'TENSORS_SHARD_PATH',
    summary: 'An index names a file that is not a plain file of its own folder.',
    remedy: 'Put real files (not links) beside the index, and name them without any path.',
    message: (d: InFile & { readonly shard: string }) =>
      `${d.file}: ${quote(d.shard)} is not the name of a file in the index's own folder.`,
  }),
  shardMissing: defineError({
    code: 'TENSORS_SHARD_MISSING',
    summary: 'A file that an index names is not there.',
    remedy: 'Complete the folder.',
    message: (d: InFile & { readonly shard: string }) => `${d.file}: the file ${quote(d.shard)} is missing.`,
  }),
  shardTensorMissing: defineError({
    code: 'TENSORS_SHARD_TENSOR_MISSING',
    summary: 'A tensor is not in the file where the index says it is.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly shard: string }) =>
      `${d.file}: tensor ${quote(d.tensor)} is not in ${quote(d.shard)}.`,
  }),
  shardTensorUnlisted: defineError({
    code: 'TENSORS_SHARD_TENSOR_UNLISTED',
    summary: 'A file of a sharded model holds a tensor that the index does not put there.',
    remedy: REFUSE,
    message: (d: InTensor & { readonly shard: string }) =>
      `${d.file}: ${quote(d.shard)} holds the tensor ${quote(d.tensor)}, which the index does not put there.`,
  }),
  folderEmpty: defineError({
    code: 'TENSORS_FOLDER_EMPTY',
    summary: 'A model folder has neither model.safetensors nor model.safetensors.index.json.',
    remedy: 'Point to a Hugging Face model folder with safetensors weights; pickled weights are never read.',
    message: (d: InFile) => `${d.file}: has neither model.safetensors nor model.safetensors.index.json.`,
  }),
} as const;
