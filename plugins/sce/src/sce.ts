import { defineModuleStrategy } from '@crucible/sdk';
import { makeEntries, mergeEntries, mergeWith, weigh } from '@crucible/sdk/elementwise';
import { energyWeights } from './energy-weights.js';
import { rulesOf, sceOptions } from './options.js';
import { selectByVariance } from './select-by-variance.js';

/**
 * Select the places where the adapters differ most, calculate a weight for each adapter from what it has there, erase entries against the elected sign,
 * and divide by the weights of those that stay (FuseChat, arXiv 2408.07990, section 3.3). Matrix by matrix: the variance is that over the adapters, and
 * a weight belongs to an adapter and a module.
 */
export const sce = defineModuleStrategy({
  id: 'sce',
  title: 'SCE',
  description:
    'Keeps the places where the adapters differ most, weighs each adapter by its energy there, and merges what agrees with the elected sign.',
  references: [
    {
      title: 'FuseChat: Knowledge Fusion of Chat Models',
      authors: 'Fanqi Wan, Longguang Zhong, Ziyi Yang, Ruijun Chen, Xiaojun Quan',
      year: 2024,
      arxiv: '2408.07990',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['selectTopk', 'lambda'],
  perAdapter: [],
  options: sceOptions,
  fuseModule(input, _, context) {
    const { selectTopk, lambda } = input.options;
    return mergeEntries(input, context, (entries) => {
      const whole = weigh(entries);
      const mask = selectTopk < 1 ? selectByVariance(whole, input.adapterCount, selectTopk) : undefined;
      const vectors = mask ? whole.map((values) => makeEntries(values.length, (i) => values[i]! * mask[i]!)) : whole;
      return mergeWith(
        vectors,
        energyWeights(vectors, rulesOf(input.options)),
        {
          kind: 'CONSENSUS',
          lambda,
          rules: { signRule: 'MASS', weighting: 'AFTER_ELECTION', merge: 'MEAN', divisor: 'WEIGHTS' },
        },
        input,
      );
    });
  },
});
