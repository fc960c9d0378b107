import { defineError } from '@crucible/engine/errors';
import type { Incompatibility } from './check/check-fusion.js';

const shape = (dimensions: readonly number[]): string => `[${dimensions.join(', ')}]`;

/** What can be wrong with a fusion apart from its strategy: with its inputs, and with the machinery that computes it. */
export const fusionErrors = {
  incompatible: defineError({
    code: 'FUSION_INCOMPATIBLE',
    summary: 'These adapters cannot be fused by this strategy in this space.',
    remedy: 'Each sentence of the message says what to change.',
    message: (d: { strategy: string; incompatibilities: readonly Incompatibility[] }) =>
      `strategy "${d.strategy}" cannot fuse these adapters: ${d.incompatibilities.map(({ message }) => message).join(' ')}`,
  }),
  notFinite: defineError({
    code: 'FUSION_INPUT_NOT_FINITE',
    summary: 'An adapter, or the statistics of one, holds NaN or infinity.',
    remedy: 'Train or export the adapter again; such a number would spoil every task of the fused model.',
    message: (d: { adapter: string; module: string; factor: string; index: number; got: number }) =>
      `adapter "${d.adapter}", module "${d.module}": element ${d.index} of ${d.factor.length === 1 ? `factor ${d.factor}` : d.factor} is ${d.got}, expected a finite number`,
  }),
  shapeMismatch: defineError({
    code: 'FUSION_SHAPE_MISMATCH',
    summary: 'Adapters disagree about the shape of a module, or a factor has another size than its header says.',
    remedy: 'Fuse adapters of one base model only.',
    message: (d: {
      adapter: string;
      module: string;
      what: string;
      got: readonly number[];
      expected: readonly number[];
    }) => `adapter "${d.adapter}", module "${d.module}": ${d.what} is ${shape(d.got)}, expected ${shape(d.expected)}`,
  }),
  ranksDiffer: defineError({
    code: 'FUSION_RANKS_DIFFER',
    summary: 'FACTOR space merges A and B entry by entry, so that all adapters need one rank in every module.',
    remedy: 'Fuse in DELTA or CORE space, which take any ranks.',
    message: (d: { adapter: string; module: string; got: number; expected: number }) =>
      `adapter "${d.adapter}" has rank ${d.got} in module "${d.module}", expected ${d.expected} like the adapters before it`,
  }),
  statisticsMissing: defineError({
    code: 'FUSION_STATISTICS_MISSING',
    summary: 'A strategy needs statistics of every module, and the file of an adapter has none of one.',
    remedy: 'Compute the statistics of the adapter again, for all modules that it adapts.',
    message: (d: { adapter: string; module: string; kind: string }) =>
      `adapter "${d.adapter}" has no ${d.kind} statistics of module "${d.module}"`,
  }),
  framesDiffer: defineError({
    code: 'FUSION_FRAMES_DIFFER',
    summary: 'FRAME space adds the B factors of adapters that share A0 to the bit, and one has another A.',
    remedy: 'Fuse in DELTA or CORE space, which are exact for adapters of any frames.',
    message: (d: { adapter: string; module: string; what: string }) =>
      `adapter "${d.adapter}", module "${d.module}": its ${d.what} differs from that of the adapters before it, although their frame is one`,
  }),
  noObjective: defineError({
    code: 'FUSION_NO_OBJECTIVE',
    summary: 'A search strategy was run without anything that scores coefficients.',
    remedy: 'Run it through the platform, with adapters whose tasks have a validation split.',
    message: (d: { strategy: string }) => `strategy "${d.strategy}" searches coefficients and got no objective`,
  }),
  coefficientsMismatch: defineError({
    code: 'FUSION_COEFFICIENTS_MISMATCH',
    summary: 'Coefficients do not fit the adapters and the groups of modules.',
    remedy: 'Give one coefficient per adapter, group by group, and one group per module.',
    message: (d: { coefficients: number; expected: number; groups: number; modules: number }) =>
      `got ${d.coefficients} coefficients and the groups of ${d.groups} modules, expected ${d.expected} and ${d.modules}`,
  }),
  noGradient: defineError({
    code: 'FUSION_NO_GRADIENT',
    summary: 'A search that descends was run with an objective that has no slope.',
    remedy: 'Fuse in FRAME, DELTA or CORE space, where the merged update is linear in the coefficients.',
    message: (d: { strategy: string; space: string }) =>
      `strategy "${d.strategy}" descends along the gradient of its objective, and there is none in ${d.space} space`,
  }),
  scheduleUnmatched: defineError({
    code: 'FUSION_SCHEDULE_UNMATCHED',
    summary: 'A schedule names modules that no adapter of the run has.',
    remedy: 'Correct the pattern: it is matched against whole module names, with * for any text.',
    message: (d: { strategy: string; path: string; pattern: string; example: string }) =>
      `options of "${d.strategy}", ${d.path}.modules: "${d.pattern}" matches no module; one is "${d.example}"`,
  }),
  scheduleAdapter: defineError({
    code: 'FUSION_SCHEDULE_ADAPTER',
    summary: 'A schedule names an adapter that is not in the run.',
    remedy: 'Give the position of the adapter in the list of adapters, from 0.',
    message: (d: { strategy: string; path: string; got: number; adapters: number }) =>
      `options of "${d.strategy}", ${d.path}.adapter: got ${d.got}, and there are ${d.adapters} adapters, from 0`,
  }),
  notReproducible: defineError({
    code: 'FUSION_NOT_REPRODUCIBLE',
    summary: 'A strategy gave another result when the same module was fused a second time.',
    remedy: 'Report it to the author of the plugin: draw randomness from context.random only.',
    message: (d: { strategy: string; module: string; first: number; second: number }) =>
      `strategy "${d.strategy}" gave module "${d.module}" rank ${d.first} at first and rank ${d.second} the second time`,
  }),
  workerFailed: defineError({
    code: 'FUSION_WORKER_FAILED',
    summary: 'A thread that fuses modules ended unexpectedly.',
    remedy: 'Look at the cause; a plugin that exits the process, or too little memory, does this.',
    message: (d: { problem: string }) => `a fusion worker failed: ${d.problem}`,
  }),
  limitExceeded: defineError({
    code: 'FUSION_LIMIT_EXCEEDED',
    summary: 'A fusion asks for more than the platform takes on.',
    remedy: 'Ask for less; the message names the limit.',
    message: (d: { what: string; got: number; limit: number }) => `${d.what}: got ${d.got}, at most ${d.limit}`,
  }),
};
