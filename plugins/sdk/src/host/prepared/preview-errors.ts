import { defineError } from '@crucible/engine/errors';

/** Why a fusion cannot be previewed, although it can be run. */
export const previewErrors = {
  notPossible: defineError({
    code: 'PREVIEW_NOT_POSSIBLE',
    summary: 'The result of this strategy in this space is not known from the small coordinates of the adapters alone.',
    remedy:
      'Choose CORE space where the strategy offers it, or run the fusion: a run takes every strategy in every space.',
    message: (d: { strategy: string; space: string; reason: string }) =>
      `strategy "${d.strategy}" in ${d.space} space cannot be previewed: ${d.reason}`,
  }),
  tooLarge: defineError({
    code: 'PREVIEW_TOO_LARGE',
    summary: 'The cores of these adapters are larger than a prepared set may be.',
    remedy: 'Preview fewer adapters, or adapters of a lower rank; or run the fusion, which streams.',
    message: (d: { what: string; got: number; limit: number }) => `${d.what}: got ${d.got}, at most ${d.limit}`,
  }),
  weightsMismatch: defineError({
    code: 'PREVIEW_WEIGHTS_MISMATCH',
    summary: 'A preview has not one weight per adapter of its prepared set.',
    remedy: 'Give one weight per adapter, in the order of the set; 0 leaves one out.',
    message: (d: { got: number; expected: number }) => `got ${d.got} weights for ${d.expected} adapters`,
  }),
  disposed: defineError({
    code: 'PREVIEW_DISPOSED',
    summary: 'A prepared set was used after it was disposed of.',
    remedy: 'Prepare the adapters again.',
    message: () => 'this prepared set is disposed of',
  }),
};
