import { taskUpdate, toFactors } from '@crucible/engine/algebra';
import { defineModuleStrategy } from '@crucible/sdk';
import { regMeanErrors } from './errors.js';
import { mergeByRegression } from './merge-by-regression.js';
import { regMeanOptions } from './options.js';

export const regMean = defineModuleStrategy({
  id: 'regMean',
  title: 'RegMean',
  description:
    'Solves, module by module, for the one update whose outputs are nearest to those of every adapter on its own task; needs the second moments of inputs, no labels.',
  references: [
    {
      title: 'Dataless Knowledge Fusion by Merging Weights of Language Models',
      authors: 'Xisen Jin, Xiang Ren, Daniel Preotiuc-Pietro, Pengxiang Cheng',
      year: 2023,
      arxiv: '2212.09849',
    },
  ],
  needs: { minAdapters: 1, statistics: 'GRAM', order: 'INVARIANT' },
  spaces: ['CORE'],
  schedulable: ['alpha', 'ridge', 'lambda'],
  perAdapter: [],
  options: regMeanOptions,
  fuseModule: ({ module, members, options, outFeatures, inFeatures }, _state, { signal }) => {
    signal.throwIfAborted();
    const negative = members.find(({ weight }) => weight < 0);
    if (negative) throw regMeanErrors.weightNegative({ position: negative.position, got: negative.weight });
    const items = members
      .filter(({ weight }) => weight > 0)
      // The host has refused adapters without statistics.
      .map(({ factors, weight, statistics }) => ({
        update: taskUpdate(factors, { outFeatures, inFeatures }),
        gram: statistics!,
        weight,
      }));
    if (items.length === 0) return { kind: 'combination', coefficients: members.map(() => 0) };
    const merged = mergeByRegression(items, options);
    if ('pivot' in merged) throw regMeanErrors.singular({ module, pivot: merged.pivot, ridge: options.ridge });
    return { kind: 'factors', factors: toFactors({ ...merged, scale: options.lambda }) };
  },
});
