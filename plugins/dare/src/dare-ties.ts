import { defineModuleStrategy } from '@crucible/sdk';
import { drawsFor, dropAtRandom, sparsifyAndMerge } from '@crucible/sdk/elementwise';
import { dareTiesOptions } from './options.js';
import { tiesRules } from './presets.js';
import { DARE, TIES } from './references.js';

/** As `dareLinear`, and then TIES-Merging without its trim: a sign is elected per entry, and what agrees with it is merged. */
export const dareTies = defineModuleStrategy({
  id: 'dareTies',
  title: 'DARE (TIES)',
  description:
    'Drops entries of each task vector at random, rescales the rest, elects a sign per entry, and merges what agrees with it.',
  references: [DARE, TIES],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['density', 'lambda'],
  perAdapter: ['density'],
  options: dareTiesOptions,
  fuseModule(input, _, context) {
    const { rescale, ...rules } = tiesRules(input.options);
    return sparsifyAndMerge(
      input,
      context,
      ({ member, values }, place) =>
        dropAtRandom(values, member.options.density, drawsFor(context.random, member, place), rescale),
      { kind: 'CONSENSUS', lambda: input.options.lambda, rules },
    );
  },
});
