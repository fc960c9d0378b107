import { defineModuleStrategy } from '@crucible/sdk';
import { sparsifyAndMerge } from '@crucible/sdk/elementwise';
import { dellaLinearOptions } from './options.js';
import { linearRules } from './presets.js';
import { pruneByRank } from './prune-by-rank.js';
import { DELLA } from './references.js';

/** λ·Σ w·m∘τ/p with p by rank: over the seeds its expectation is task arithmetic, as DARE's, with less variance where the entries are large. */
export const dellaLinear = defineModuleStrategy({
  id: 'dellaLinear',
  title: 'DELLA (linear)',
  description: 'Drops entries at random, small ones of a row sooner than large ones, rescales the rest, and adds up.',
  references: [DELLA],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  schedulable: ['density', 'epsilon', 'lambda'],
  options: dellaLinearOptions,
  fuseModule(input, _, context) {
    const { normalize, ...rules } = linearRules(input.options);
    return sparsifyAndMerge(input, context, (entries, place) => pruneByRank(entries, place, rules, context), {
      kind: 'LINEAR',
      normalize,
    });
  },
});
