import { defineError } from '../errors/index.js';
import type { AdapterBlocker } from './import/inspection.js';

interface InFile {
  readonly file: string;
}

/** Everything that can be wrong with an adapter, a tangent frame, or a PEFT folder. */
export const adapterErrors = {
  manifestMissing: defineError({
    code: 'ADAPTER_MANIFEST_MISSING',
    summary: 'A safetensors file is no adapter (or frame) of ours: its metadata has no manifest.',
    remedy: 'Choose the file of an adapter that Crucible wrote, or import a PEFT folder.',
    message: (d: InFile & { readonly key: string }) => `${d.file}: its __metadata__ has no "${d.key}".`,
  }),
  manifestInvalid: defineError({
    code: 'ADAPTER_MANIFEST_INVALID',
    summary: 'The manifest of an adapter or frame is not what it must be.',
    remedy: 'Write the adapter again with writeAdapter; do not edit its metadata by hand.',
    message: (d: InFile & { readonly rule: string }) => `${d.file}: its manifest is invalid: ${d.rule}.`,
  }),
  versionUnknown: defineError({
    code: 'ADAPTER_VERSION_UNKNOWN',
    summary: 'A file was written by a version of Crucible that this one does not know.',
    remedy: 'Update Crucible.',
    message: (d: InFile & { readonly got: number }) =>
      `${d.file}: has manifest version ${d.got}, this Crucible reads version 1.`,
  }),
  moduleInvalid: defineError({
    code: 'ADAPTER_MODULE_INVALID',
    summary: 'A module of an adapter lacks a factor, or its factors do not fit together.',
    remedy: 'Give each module lora_A [rank, in] and lora_B [out, rank] of F32, F16 or BF16 with one rank.',
    message: (d: InFile & { readonly module: string; readonly rule: string }) =>
      `${d.file}: module ${JSON.stringify(d.module)}: ${d.rule}.`,
  }),
  foreignTensor: defineError({
    code: 'ADAPTER_FOREIGN_TENSOR',
    summary: 'An adapter holds a tensor that is no LoRA factor; leaving it out would change what the adapter does.',
    remedy: 'Use an adapter of plain LoRA factors: no DoRA magnitudes, biases, embeddings or fully trained modules.',
    message: (d: InFile & { readonly tensor: string }) =>
      `${d.file}: the tensor ${JSON.stringify(d.tensor)} is no LoRA factor.`,
  }),
  moduleUnknown: defineError({
    code: 'ADAPTER_MODULE_UNKNOWN',
    summary: 'An adapter or frame has no module of the name that was asked for.',
    remedy: 'Ask for one of its modules.',
    message: (d: InFile & { readonly module: string }) => `${d.file}: has no module ${JSON.stringify(d.module)}.`,
  }),
  notFinite: defineError({
    code: 'ADAPTER_NOT_FINITE',
    summary: 'A factor holds NaN or an infinity; fusing would spread it over the whole model.',
    remedy: 'Train or export the adapter again; a diverged training, or float16 that overflowed, makes such files.',
    message: (d: InFile & { readonly tensor: string; readonly position: number; readonly got: number }) =>
      `${d.file}: tensor ${JSON.stringify(d.tensor)}: element ${d.position} is ${d.got}.`,
  }),
  empty: defineError({
    code: 'ADAPTER_EMPTY',
    summary: 'An adapter or frame has no module.',
    remedy: 'Give at least one module.',
    message: (d: InFile) => `${d.file}: has no module.`,
  }),
  sourceUnreadable: defineError({
    code: 'ADAPTER_SOURCE_UNREADABLE',
    summary: 'What was given as an adapter is no file or folder that an adapter could be read from.',
    remedy: 'Choose a folder that PEFT or diffusers saved, or one .safetensors file.',
    message: (d: InFile & { readonly rule: string }) => `${d.file}: ${d.rule}.`,
  }),
  importRefused: defineError({
    code: 'ADAPTER_IMPORT_REFUSED',
    summary:
      'An adapter uses something that low-rank updates of this base cannot express; reading it would give another model.',
    remedy: 'Ask inspectAdapter for the report: each reason says what to do about it.',
    message: (d: InFile & { readonly blockers: readonly AdapterBlocker[] }) => {
      const shown = d.blockers
        .slice(0, 3)
        .map(({ code, subject, reason, remedy }) => `${code}: ${subject}: ${reason}. ${remedy}.`);
      const more = d.blockers.length > shown.length ? ` And ${d.blockers.length - shown.length} more.` : '';
      return `${d.file}: ${shown.join(' ')}${more}`;
    },
  }),
  patternRefused: defineError({
    code: 'ADAPTER_PATTERN_REFUSED',
    summary:
      'A key of rank_pattern or alpha_pattern is a regular expression that could run for very long, or that two languages read differently.',
    remedy: 'Write the pattern with plain paths of modules.',
    message: (d: InFile & { readonly pattern: string; readonly reason: string }) =>
      `${d.file}: the pattern ${JSON.stringify(d.pattern.slice(0, 200))}: ${d.reason}.`,
  }),
  exportUnsupported: defineError({
    code: 'ADAPTER_EXPORT_UNSUPPORTED',
    summary: 'PEFT has no form for an update of this adapter.',
    remedy: 'Export the adapter merged into its base.',
    message: (d: InFile & { readonly module: string; readonly reason: string }) =>
      `${d.file}: module ${JSON.stringify(d.module)}: ${d.reason}.`,
  }),
  exportOverflow: defineError({
    code: 'ADAPTER_EXPORT_OVERFLOW',
    summary: 'A number of an adapter is too large for the number format that was asked for.',
    remedy: 'Export in F32 or BF16.',
    message: (d: InFile & { readonly dtype: string; readonly got: number }) =>
      `${d.file}: ${d.got} is no finite number in ${d.dtype}.`,
  }),
  folderNotEmpty: defineError({
    code: 'ADAPTER_FOLDER_NOT_EMPTY',
    summary: 'An export would overwrite files.',
    remedy: 'Choose a new or empty folder.',
    message: (d: InFile & { readonly got: number }) => `${d.file}: holds ${d.got} files already.`,
  }),
} as const;
