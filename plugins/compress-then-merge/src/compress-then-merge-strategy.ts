import { expandCore, matrixFrom, multiply, taskUpdate, toFactors, toFloat32 } from '@crucible/engine/algebra';
import { defineWrapperStrategy } from '@crucible/sdk';
import { compressUpdates } from './compress-updates.js';
import { compressThenMergeOptions } from './options.js';

export const compressThenMerge = defineWrapperStrategy({
  id: 'compressThenMerge',
  title: 'Compress, then merge',
  description:
    'Projects all adapters onto shared subspaces of a fixed dimension and runs any rule on the small matrices: the result has that rank, and nothing is cut afterwards.',
  references: [
    {
      title: 'Compress then Merge: From Multiple LoRAs into One Low-Rank Adapter',
      authors: 'Zhengbao He, Ruiqi Ding, Zhehao Huang, Ruikai Yang, Tao Li, Xiaolin Huang',
      year: 2026,
      arxiv: '2606.03723',
    },
    {
      title: 'A Multilinear Singular Value Decomposition',
      authors: 'Lieven De Lathauwer, Bart De Moor, Joos Vandewalle',
      year: 2000,
      url: 'https://doi.org/10.1137/S0895479896305696',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['CORE'],
  wraps: 'ANY',
  defaultRule: { ties: {} },
  schedulable: ['rank'],
  perAdapter: [],
  followsRotations: () => true,
  options: compressThenMergeOptions,
  wrapModule: ({ members, options, outFeatures, inFeatures }, { tf, signal }) => {
    signal.throwIfAborted();
    const used = members.filter(({ weight }) => weight !== 0);
    const { left, right, coordinates } = compressUpdates(
      members.map(({ factors }) => taskUpdate(factors, { outFeatures, inFeatures })),
      {
        rank: options.rank ?? Math.max(1, ...used.map(({ factors }) => factors.rank)),
        balance: options.balance,
        weights: members.map(({ weight }) => weight),
      },
    );
    const shape: [number, number] = [left.columns, right.rows];
    return {
      vectors: coordinates.map((own) => [tf.tensor2d(toFloat32(own), shape)]),
      async restore([merged]) {
        const core = matrixFrom(...shape, await merged!.data<'float32'>());
        return {
          kind: 'factors',
          factors: toFactors(expandCore({ left: (x) => multiply(left, x), right: (x) => multiply(x, right) }, core)),
        };
      },
    };
  },
});
