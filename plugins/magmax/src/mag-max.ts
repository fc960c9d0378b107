import { defineModuleStrategy } from '@crucible/sdk';
import { lambdaOption, mergeEntries } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { keepStrongest } from './keep-strongest.js';

/** θ0 + λ·τ, where each entry of τ is that of the task vector in which it is largest (Marczak et al., arXiv 2407.06322, section 4). */
export const magMax = defineModuleStrategy({
  id: 'magMax',
  title: 'MagMax',
  description: 'Takes each entry from the task vector in which its magnitude is greatest.',
  references: [
    {
      title: 'MagMax: Leveraging Model Merging for Seamless Continual Learning',
      authors: 'Daniel Marczak, Bartłomiej Twardowski, Tomasz Trzciński, Sebastian Cygert',
      year: 2024,
      arxiv: '2407.06322',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['lambda'],
  perAdapter: [],
  options: z.object({ lambda: lambdaOption() }),
  fuseModule: (input, _, context) =>
    mergeEntries(input, context, (entries) =>
      keepStrongest(
        entries.map(({ values }) => values),
        entries.map(({ member }) => member.weight),
        input.options.lambda,
      ),
    ),
});
