import { defineModuleStrategy } from '@crucible/sdk';
import { sparsifyAndMerge } from '@crucible/sdk/elementwise';
import { dellaOptions } from './options.js';
import { electRules } from './presets.js';
import { pruneByRank } from './prune-by-rank.js';
import { DELLA } from './references.js';

/** Drop by rank, elect a sign per entry, fuse what agrees with it (Deep et al., arXiv 2406.11617, section 3). */
export const della = defineModuleStrategy({
  id: 'della',
  title: 'DELLA-Merging',
  description:
    'Drops entries at random, small ones of a row sooner than large ones, rescales the rest, elects a sign per entry, and merges what agrees with it.',
  references: [DELLA],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  schedulable: ['density', 'epsilon', 'lambda'],
  perAdapter: ['density', 'epsilon'],
  options: dellaOptions,
  fuseModule(input, _, context) {
    const { window, rescale, ...rules } = electRules(input.options);
    return sparsifyAndMerge(
      input,
      context,
      (entries, place) => pruneByRank(entries, place, { window, rescale }, context),
      { kind: 'CONSENSUS', lambda: input.options.lambda, rules },
    );
  },
});
