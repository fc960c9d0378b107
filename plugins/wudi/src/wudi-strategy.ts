import { taskUpdate, toFactors } from '@crucible/engine/algebra';
import { defineModuleStrategy } from '@crucible/sdk';
import { minimizeInterference } from './minimize-interference.js';
import { wudiOptions } from './options.js';

export const wudi = defineModuleStrategy({
  id: 'wudi',
  title: 'WUDI-Merging',
  description:
    'Finds the update that disturbs each adapter least on the inputs that its own rows stand for, in closed form, with a ridge. Needs no data.',
  references: [
    {
      title: 'Whoever Started the Interference Should End It: Guiding Data-Free Model Merging via Task Vectors',
      authors: 'Runxi Cheng, Feng Xiong, Yongxian Wei, Wanyun Zhu, Chun Yuan',
      year: 2025,
      arxiv: '2503.08099',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['CORE'],
  schedulable: ['ridge', 'lambda'],
  perAdapter: [],
  followsRotations: () => true,
  options: wudiOptions,
  fuseModule: ({ members, options, outFeatures, inFeatures }, _state, { signal }) => {
    signal.throwIfAborted();
    const updates = members
      .filter(({ weight }) => weight !== 0)
      .map(({ factors, weight }) => taskUpdate(factors, { outFeatures, inFeatures }, weight));
    if (updates.length === 0) return { kind: 'combination', coefficients: members.map(() => 0) };
    const merged = minimizeInterference(updates, { ridge: options.ridge });
    return { kind: 'factors', factors: toFactors({ ...merged, scale: options.lambda }) };
  },
});
