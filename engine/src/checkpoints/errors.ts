import { defineError } from '../errors/index.js';

interface InFolder {
  readonly folder: string;
}
interface InTensor extends InFolder {
  readonly tensor: string;
}

/** What can be wrong with whole models: with a folder, with two that shall belong together, with one that shall be written. */
export const checkpointErrors = {
  configInvalid: defineError({
    code: 'CHECKPOINT_CONFIG_INVALID',
    summary: 'config.json of a model folder cannot be used.',
    remedy: 'Give the folder as transformers saved it.',
    message: (d: InFolder & { readonly rule: string }) => `${d.folder}: config.json: ${d.rule}.`,
  }),
  mismatch: defineError({
    code: 'CHECKPOINT_MISMATCH',
    summary: 'A fine-tuned checkpoint does not have the tensors of its base.',
    remedy: 'Give checkpoints that were fine-tuned from this base, as transformers saved them.',
    message: (d: InFolder & { readonly base: string; readonly problems: readonly string[] }) =>
      `${d.folder} is no fine-tuned checkpoint of ${d.base}: ${d.problems.join(' ')}`,
  }),
  vocabularyMismatch: defineError({
    code: 'CHECKPOINT_VOCABULARY_MISMATCH',
    summary: 'An embedding of a fine-tuned checkpoint has another number of rows than that of its base.',
    remedy:
      'Resize the embeddings to one vocabulary, or set vocabulary to COMMON_ROWS to merge the rows that all have.',
    message: (d: InTensor & { readonly got: readonly number[]; readonly expected: readonly number[] }) =>
      `${d.folder}: tensor "${d.tensor}" is [${d.got.join(', ')}], the base has [${d.expected.join(', ')}]: the vocabularies differ. Resize one of them, or merge the common rows (vocabulary: COMMON_ROWS).`,
  }),
  untied: defineError({
    code: 'CHECKPOINT_UNTIED',
    summary:
      'The base ties the output embedding to the input embedding, and a checkpoint or an adapter changes only one of them.',
    remedy: 'Train without changing one embedding alone, or ask for the merged model to be untied.',
    message: (d: InTensor & { readonly partner: string }) =>
      `${d.folder}: tensor "${d.tensor}" is changed by itself, but the base ties it to "${d.partner}": one stored tensor cannot be both. Set tied to UNTIE to store both.`,
  }),
  notFinite: defineError({
    code: 'CHECKPOINT_NOT_FINITE',
    summary: 'A tensor of a checkpoint holds NaN or an infinity.',
    remedy: 'Leave that checkpoint out, or train it again.',
    message: (d: InTensor) =>
      `${d.folder}: tensor "${d.tensor}" holds NaN or an infinity; nothing can be merged with it.`,
  }),
  overflow: defineError({
    code: 'CHECKPOINT_OVERFLOW',
    summary: 'A merged number is beyond the range of the dtype that it shall be written as.',
    remedy: 'Write the merged model as BF16 or F32.',
    message: (d: InTensor & { readonly dtype: string }) =>
      `${d.folder}: tensor "${d.tensor}": a merged number is beyond the range of ${d.dtype}; write BF16 or F32.`,
  }),
  dtypeUnsupported: defineError({
    code: 'CHECKPOINT_DTYPE_UNSUPPORTED',
    summary: 'A tensor is stored in a dtype in which weights cannot be merged.',
    remedy: 'Give the checkpoint in F32, F16 or BF16: quantized weights are merged before they are quantized.',
    message: (d: InTensor & { readonly dtype: string }) =>
      `${d.folder}: tensor "${d.tensor}" is ${d.dtype}; weights are merged in F32, F16, BF16 or F64.`,
  }),
  moduleUnknown: defineError({
    code: 'CHECKPOINT_MODULE_UNKNOWN',
    summary: 'An adapter changes modules that the base does not have.',
    remedy: 'Give the base that the adapter was trained on.',
    message: (d: InFolder & { readonly modules: readonly string[]; readonly count: number }) =>
      `${d.folder}: has no weight for ${d.count} modules of the adapter: ${d.modules.map((name) => `"${name}"`).join(', ')}${d.count > d.modules.length ? ', …' : ''}. Give the base that it was trained on.`,
  }),
  moduleShape: defineError({
    code: 'CHECKPOINT_MODULE_SHAPE',
    summary: 'A module of an adapter has another shape than its weight in the base.',
    remedy: 'Give the base that the adapter was trained on.',
    message: (d: InTensor & { readonly module: string; readonly got: readonly number[]; readonly expected: string }) =>
      `${d.folder}: tensor "${d.tensor}" is [${d.got.join(', ')}], but module "${d.module}" of the adapter needs ${d.expected}.`,
  }),
  outputExists: defineError({
    code: 'CHECKPOINT_OUTPUT_EXISTS',
    summary: 'The folder that a model shall be written to is there already.',
    remedy: 'Name a folder that does not exist; it is made as a whole or not at all.',
    message: (d: InFolder) => `${d.folder}: exists already; a model is written to a folder of its own.`,
  }),
  tooManyShards: defineError({
    code: 'CHECKPOINT_TOO_MANY_SHARDS',
    summary: 'A model would be split into more files than a reader may open.',
    remedy: 'Raise maxShardBytes.',
    message: (d: { readonly got: number; readonly limit: number; readonly maxShardBytes: number }) =>
      `${d.maxShardBytes} bytes a file would make ${d.got} files, at most ${d.limit} are written; raise maxShardBytes.`,
  }),
  companionInvalid: defineError({
    code: 'CHECKPOINT_COMPANION_INVALID',
    summary: 'A file beside the weights cannot be copied.',
    remedy: 'Remove it from the folder of the base, or make it smaller.',
    message: (d: InFolder & { readonly file: string; readonly rule: string }) => `${d.folder}: ${d.file}: ${d.rule}.`,
  }),
  argumentInvalid: defineError({
    code: 'CHECKPOINT_ARGUMENT_INVALID',
    summary: 'An option of a work on whole models is out of its range.',
    remedy: 'Correct the option as the message says.',
    message: (d: { readonly argument: string; readonly got: unknown; readonly expected: string }) =>
      `${d.argument} is ${String(d.got)}; give ${d.expected}.`,
  }),
  nothingExtracted: defineError({
    code: 'CHECKPOINT_NOTHING_EXTRACTED',
    summary: 'No matrix that an adapter could carry differs between a checkpoint and its base.',
    remedy: 'Give the fine-tuned checkpoint and its own base, and targets that were trained.',
    message: (d: InFolder & { readonly base: string }) =>
      `${d.folder}: no matrix among the targets differs from ${d.base}; there is nothing to extract.`,
  }),
  writeOrder: defineError({
    code: 'CHECKPOINT_WRITE_ORDER',
    summary: 'A part of a tensor was not written, or not where the tensor is.',
    remedy: 'Write every byte of every declared tensor once.',
    message: (d: InTensor & { readonly rule: string }) => `${d.folder}: tensor "${d.tensor}": ${d.rule}.`,
  }),
} as const;
