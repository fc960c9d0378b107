import { defineModuleStrategy } from '@crucible/sdk';
import { combineByGeometry, sumOfWeights } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { stockCoefficients } from './stock-coefficients.js';

/** Between the base and the mean of all adapters, at the point that their angles say is nearest to the centre. */
export const modelStock = defineModuleStrategy({
  id: 'modelStock',
  title: 'Model Stock',
  description: 'The mean of all task vectors, shrunk towards the base by how far apart they point; nothing to choose.',
  references: [
    {
      title: 'Model Stock: All we need is just a few fine-tuned models',
      authors: 'Dong-Hwan Jang, Sangdoo Yun, Dongyoon Han',
      year: 2024,
      arxiv: '2403.19522',
    },
  ],
  needs: { minAdapters: 2, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE'],
  options: z.object({
    filterWise: z
      .boolean()
      .describe('Whether angles are taken row by row, what enters one output by itself, instead of matrix by matrix.')
      .default(false),
  }),
  fuseModule(input, _, context) {
    const along = input.options.filterWise ? 'ROWS' : 'TENSOR';
    const run = { total: input.weights.filter((weight) => weight !== 0).length, sum: sumOfWeights(input.weights) };
    return combineByGeometry(input, context, { of: 'TASK_VECTORS', along }, (gram, members) =>
      stockCoefficients(
        gram,
        members.map(({ weight }) => weight),
        run,
      ),
    );
  },
});
