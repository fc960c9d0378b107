import { defineError } from '../errors/index.js';

interface InFile {
  readonly file: string;
}

/** Everything that can be wrong with statistics of adapters. */
export const statisticsErrors = {
  manifestMissing: defineError({
    code: 'STATISTICS_MANIFEST_MISSING',
    summary: 'A safetensors file holds no statistics of ours: its metadata has no manifest.',
    remedy: 'Choose a file that computeStatistics wrote, or write `crucible_statistics` as docs/statistics.md says.',
    message: (d: InFile) => `${d.file}: its __metadata__ has no "crucible_statistics".`,
  }),
  manifestInvalid: defineError({
    code: 'STATISTICS_MANIFEST_INVALID',
    summary: 'The manifest of a file of statistics is not what it must be.',
    remedy: 'Write the file again as docs/statistics.md says.',
    message: (d: InFile & { readonly rule: string }) => `${d.file}: its manifest is invalid: ${d.rule}.`,
  }),
  versionUnknown: defineError({
    code: 'STATISTICS_VERSION_UNKNOWN',
    summary: 'A file of statistics was written by a version of Crucible that this one does not know.',
    remedy: 'Update Crucible.',
    message: (d: InFile & { readonly got: number }) =>
      `${d.file}: has manifest version ${d.got}, this Crucible reads version 1.`,
  }),
  foreignTensor: defineError({
    code: 'STATISTICS_FOREIGN_TENSOR',
    summary: 'A file of statistics holds a tensor that its kind does not name.',
    remedy: 'Name every tensor <module>.gram in a file of kind GRAM, <module>.fisher in one of kind FISHER.',
    message: (d: InFile & { readonly tensor: string; readonly expected: string }) =>
      `${d.file}: the tensor ${JSON.stringify(d.tensor)} is not named <module>.${d.expected}.`,
  }),
  moduleInvalid: defineError({
    code: 'STATISTICS_MODULE_INVALID',
    summary: "A module's statistics have an impossible shape or type.",
    remedy: 'Give F32 [in, in] for GRAM, F32 [out, in] for FISHER.',
    message: (d: InFile & { readonly module: string; readonly rule: string }) =>
      `${d.file}: module ${JSON.stringify(d.module)}: ${d.rule}.`,
  }),
  valuesInvalid: defineError({
    code: 'STATISTICS_VALUES_INVALID',
    summary: 'Statistics hold numbers that no data can give.',
    remedy:
      'Compute them again; half precision that overflowed, or a matrix that was not symmetrized, makes such files.',
    message: (d: InFile & { readonly module: string; readonly rule: string }) =>
      `${d.file}: module ${JSON.stringify(d.module)}: ${d.rule}.`,
  }),
  moduleUnknown: defineError({
    code: 'STATISTICS_MODULE_UNKNOWN',
    summary: 'A file of statistics has no module of the name that was asked for.',
    remedy: 'Compute the statistics for this adapter: they must cover all its modules.',
    message: (d: InFile & { readonly module: string }) => `${d.file}: has no module ${JSON.stringify(d.module)}.`,
  }),
  empty: defineError({
    code: 'STATISTICS_EMPTY',
    summary: 'Statistics of no module were asked for, or a file has none.',
    remedy: 'Give at least one module.',
    message: (d: InFile) => `${d.file}: has no module.`,
  }),
  examplesInvalid: defineError({
    code: 'STATISTICS_EXAMPLES_INVALID',
    summary: 'A number of examples is no whole number from 1 on, or the split has none.',
    remedy: 'Ask for at least one example, of a split that has some.',
    message: (d: { readonly got: number; readonly available: number }) =>
      `statistics take 1 to ${d.available} examples here, got ${d.got}.`,
  }),
  headMismatched: defineError({
    code: 'STATISTICS_HEAD_MISMATCHED',
    summary: "A head does not fit the model's projection.",
    remedy: 'Use the head that was made for this base model.',
    message: (d: { readonly got: number; readonly expected: number }) =>
      `the head has ${d.got} columns, the model projects to ${d.expected}.`,
  }),
} as const;
