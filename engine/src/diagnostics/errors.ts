import { defineError } from '../errors/index.js';

/** What can be wrong with a comparison of adapters. */
export const diagnosticsErrors = {
  noAdapters: defineError({
    code: 'DIAGNOSTICS_NO_ADAPTERS',
    summary: 'There is nothing to compare.',
    remedy: 'Name at least one adapter that has a module.',
    message: (d: { readonly adapters: number }) =>
      d.adapters === 0
        ? 'there is no adapter to compare, expected at least one'
        : `none of the ${d.adapters} adapters has a module, expected at least one module`,
  }),
  nothingInCommon: defineError({
    code: 'DIAGNOSTICS_NOTHING_IN_COMMON',
    summary: 'No two of the adapters have a module in common, so that there is nothing to compare.',
    remedy: 'Compare adapters of one base model that adapt some of the same layers.',
    message: (d: { readonly left: string; readonly right: string; readonly modules: readonly [string, string] }) =>
      `no two adapters have a module in common: "${d.left}" has "${d.modules[0]}" and "${d.right}" has "${d.modules[1]}", for example`,
  }),
  shapeMismatch: defineError({
    code: 'DIAGNOSTICS_SHAPE_MISMATCH',
    summary: 'Adapters disagree about the shape of a module.',
    remedy: 'Compare adapters of one base model only.',
    message: (d: {
      readonly adapter: string;
      readonly module: string;
      readonly got: readonly number[];
      readonly expected: readonly number[];
    }) =>
      `adapter "${d.adapter}", module "${d.module}": ΔW is [${d.got.join(', ')}], expected [${d.expected.join(', ')}] like the adapters before it`,
  }),
  weightsInvalid: defineError({
    code: 'DIAGNOSTICS_WEIGHTS_INVALID',
    summary: 'The weights of a predicted sum do not belong to its adapters.',
    remedy: 'Give one finite number per adapter, in their order.',
    message: (d: { readonly got: readonly number[]; readonly expected: number }) =>
      `expected ${d.expected} finite weights, got [${d.got.join(', ')}]`,
  }),
  limitExceeded: defineError({
    code: 'DIAGNOSTICS_LIMIT_EXCEEDED',
    summary: 'A comparison asks for more than one comparison may.',
    remedy: 'Compare fewer adapters at a time; the message names the limit.',
    message: (d: { readonly what: string; readonly got: number; readonly limit: number }) =>
      `${d.what}: got ${d.got}, at most ${d.limit}`,
  }),
} as const;
