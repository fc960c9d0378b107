import { defineError } from '@crucible/engine/errors';

export const pruneErrors = {
  fullModelsOnly: defineError({
    code: 'PRUNE_FULL_MODELS_ONLY',
    summary: 'A rule that looks at whole weights was asked to fuse adapters.',
    remedy: 'Fuse full models with it, or use `magnitudePrune`, which needs no base weights.',
    message: (d: { module: string }) =>
      `the base weight of "${d.module}" is needed, which a fusion of adapters does not have; fuse full models, or use magnitudePrune`,
  }),
};
