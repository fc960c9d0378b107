import { defineModuleStrategy, type Reference } from '@crucible/sdk';
import { lambdaOption, mergeEntries, weigh } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { mergeTouched } from './merge-touched.js';

const RAM: Reference = {
  title: 'Behavior Knowledge Merge in Reinforced Agentic Models',
  year: 2026,
  arxiv: '2601.13572',
};

const shared = {
  epsilon: z
    .number()
    .min(0)
    .describe('Magnitude above which an adapter counts as having touched an entry. Source: mergekit.')
    .default(1e-5),
  lambda: lambdaOption(),
};

/** For sparse task vectors, such as reinforcement learning leaves: an average that does not dilute what one task alone has changed. */
export const ram = defineModuleStrategy({
  id: 'ram',
  title: 'RAM (reinforced agent merging)',
  description:
    'Keeps entries that one adapter alone has touched as they are, and averages those that several have touched.',
  references: [RAM],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['lambda'],
  perAdapter: [],
  options: z.object(shared),
  fuseModule(input, _, context) {
    const { epsilon, lambda } = input.options;
    return mergeEntries(input, context, (entries) =>
      mergeTouched(weigh(entries), { epsilon, gain: 0, cap: 0 }, lambda),
    );
  },
});

/** As `ram`, with a factor on what one task alone has touched that makes up for what it loses where it shares; tensor by tensor. */
export const ramPlus = defineModuleStrategy({
  id: 'ramPlus',
  title: 'RAM+ (tensor-local)',
  description:
    'As RAM, and scales what one adapter alone has touched by how much it shares elsewhere, tensor by tensor.',
  references: [RAM],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['gain', 'lambda'],
  perAdapter: [],
  options: z.object({
    ...shared,
    gain: z
      .number()
      .min(0)
      .describe('r: how strongly sharing scales what is not shared. Source: mergekit.')
      .default(0.1),
    cap: z
      .number()
      .min(0)
      .describe('α: greatest quotient of shared and unique entries. Source: mergekit.')
      .default(0.2),
  }),
  fuseModule(input, _, context) {
    const { epsilon, gain, cap, lambda } = input.options;
    return mergeEntries(input, context, (entries) => mergeTouched(weigh(entries), { epsilon, gain, cap }, lambda));
  },
});
