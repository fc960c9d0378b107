import { taskUpdate } from '@crucible/engine/algebra';
import { defineWrapperStrategy } from '@crucible/sdk';
import { columnMagnitudes, inverseOf, meanMagnitudes, scaleUpdate } from './magnitudes.js';
import { doMergingOptions } from './options.js';
import { wrapDense } from './wrap-dense.js';
import { wrapInCore } from './wrap-in-core.js';

export const doMerging = defineWrapperStrategy({
  id: 'doMerging',
  title: 'DO-Merging',
  description:
    'Splits each adapter into the length and the direction of its columns, averages the lengths, and lets any rule merge the directions: a loud adapter no longer drowns a quiet one.',
  references: [
    {
      title: 'Decouple and Orthogonalize: A Data-Free Framework for LoRA Merging',
      authors: 'Shenghe Zheng, Hongzhi Wang, Chenyu Huang, Xiaohui Wang, Tao Chen, Jiayuan Fan, Shuyue Hu, Peng Ye',
      year: 2025,
      arxiv: '2505.15875',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['CORE', 'DELTA'],
  wraps: 'ANY',
  defaultRule: { taskArithmetic: {} },
  options: doMergingOptions,
  wrapModule: ({ members, options, space, outFeatures, inFeatures }, { tf, signal }) => {
    signal.throwIfAborted();
    const updates = members.map(({ factors }) => taskUpdate(factors, { outFeatures, inFeatures }));
    const magnitudes = updates.map(columnMagnitudes);
    const mean = meanMagnitudes(
      magnitudes,
      members.map(({ weight }) => weight),
    );
    if (space === 'DELTA') {
      const deltas = members.map(({ vectors }) => vectors[0]!);
      return wrapDense(tf, deltas, magnitudes, mean, options.renormalize);
    }
    const directions = updates.map((update, i) => scaleUpdate(update, inverseOf(magnitudes[i]!)));
    return wrapInCore(tf, directions, mean, options.renormalize);
  },
});
