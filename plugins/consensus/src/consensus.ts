import { defineModuleStrategy } from '@crucible/sdk';
import { lambdaOption, mergeEntries, weigh } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { mergeByConsensus } from './merge-by-consensus.js';

/** Task arithmetic without the entries that none or only one of the tasks uses. */
export const consensus = defineModuleStrategy({
  id: 'consensus',
  title: 'Consensus merging (TALL masks)',
  description:
    'Adds the task vectors, and drops every entry that fewer than so many of them use: selfish weights, and those that help nobody.',
  references: [
    {
      title: 'Localizing Task Information for Improved Model Merging and Compression',
      authors: 'Ke Wang, Nikolaos Dimitriadis, Guillermo Ortiz-Jiménez, François Fleuret, Pascal Frossard',
      year: 2024,
      arxiv: '2405.07813',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['maskLambda', 'lambda'],
  perAdapter: ['maskLambda'],
  options: z.object({
    maskLambda: z
      .number()
      .min(0)
      .describe(
        'How large an entry must be against what all others make of it, for its task to use it. The paper chooses 0.2 to 0.6, for each task by itself.',
      )
      .default(0.4),
    minTasks: z
      .int()
      .min(0)
      .max(256)
      .describe('Tasks that must use an entry: 0 keeps all, 1 drops what helps nobody, 2 selfish entries as well.')
      .default(2),
    lambda: lambdaOption(0.3),
  }),
  fuseModule: (input, _, context) =>
    mergeEntries(input, context, (entries) =>
      mergeByConsensus(
        weigh(entries).map((values, m) => ({ values, maskLambda: entries[m]!.member.options.maskLambda })),
        input.options,
      ),
    ),
});
