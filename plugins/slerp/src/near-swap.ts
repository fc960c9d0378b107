import { defineModuleStrategy } from '@crucible/sdk';
import { makeEntries, mergeEntries, weigh } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { NEARSWAP } from './references.js';

/**
 * From the first adapter towards the second, no entry by more than t: x + clamp(y - x, -t, t). Entries that lie nearer than t are swapped; it is linear
 * interpolation with the share min(1, t/|x - y|), as mergekit writes it. A weight is a factor on the whole task vector.
 */
export const nearSwap = defineModuleStrategy({
  id: 'nearSwap',
  title: 'NearSwap',
  description:
    'Moves every entry of the first adapter towards the second’s by t at most; entries that are nearer are swapped.',
  references: [NEARSWAP],
  needs: { minAdapters: 2, maxAdapters: 2, order: 'MATTERS' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['t'],
  perAdapter: [],
  options: z.object({
    t: z
      .number()
      .min(0)
      .describe('How far an entry may move, in the unit of the task vectors: 0 leaves the first adapter as it is.')
      .default(0.0001),
  }),
  fuseModule: (input, _, context) =>
    mergeEntries(input, context, (entries) => {
      const vectors = weigh(entries);
      const [first, second] = [0, 1].map(
        (position) => vectors[entries.findIndex(({ member }) => member.position === position)],
      );
      const { t } = input.options;
      // One that lacks the module is zero there.
      return makeEntries(vectors[0]!.length, (i) => {
        const [x, y] = [first?.[i] ?? 0, second?.[i] ?? 0];
        return Math.abs(y - x) <= t ? y : x + Math.sign(y - x) * t;
      });
    }),
});
