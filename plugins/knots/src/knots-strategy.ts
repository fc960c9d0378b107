import { taskUpdate, toFloat32 } from '@crucible/engine/algebra';
import { defineWrapperStrategy } from '@crucible/sdk';
import { alignUpdates } from './align-updates.js';
import { knotsOptions, resolveKnots } from './options.js';

export const knots = defineWrapperStrategy({
  id: 'knots',
  title: 'KnOTS',
  description:
    'Brings all adapters into the coordinates of their joint singular vectors and runs an element-wise rule there, where entries of different adapters mean the same.',
  references: [
    {
      title: 'Model merging with SVD to tie the Knots',
      authors: 'George Stoica, Pratik Ramesh, Boglarka Ecsedi, Leshem Choshen, Judy Hoffman',
      year: 2025,
      arxiv: '2410.19735',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['CORE'],
  wraps: 'ELEMENTWISE',
  defaultRule: { ties: {} },
  options: knotsOptions,
  wrapModule: ({ members, options, outFeatures, inFeatures }, { tf, signal }) => {
    signal.throwIfAborted();
    // Without the weights: the rule applies them, as the reference's does.
    const { left, rows } = alignUpdates(
      members.map(({ factors }) => taskUpdate(factors, { outFeatures, inFeatures })),
      resolveKnots(options),
    );
    const shape: [number, number] = [left.columns, inFeatures];
    return {
      vectors: rows.map((own) => [tf.tensor2d(toFloat32(own), shape)]),
      async restore([merged]) {
        const a = await merged!.data<'float32'>();
        return { kind: 'factors', factors: { rank: left.columns, scale: 1, a, b: toFloat32(left) } };
      },
    };
  },
});
