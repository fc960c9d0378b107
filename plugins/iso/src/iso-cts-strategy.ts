import { toFactors } from '@crucible/engine/algebra';
import { defineModuleStrategy } from '@crucible/sdk';
import { mergeCommonAndTaskSpaces } from './merge-common-and-task-spaces.js';
import { isoCtsOptions } from './options.js';
import { CORE_SPACE, ISOTROPIC } from './references.js';
import { weightedUpdates } from './weighted-updates.js';

export const isoCts = defineModuleStrategy({
  id: 'isoCts',
  title: 'Iso-CTS',
  description:
    'Takes most directions from the sum of all adapters and the rest from what each adapter has outside of them, makes all orthogonal and equally strong.',
  references: [ISOTROPIC, CORE_SPACE],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['CORE'],
  schedulable: ['lambda', 'commonFraction'],
  perAdapter: [],
  followsRotations: () => true,
  options: isoCtsOptions,
  fuseModule: (input, _state, { signal }) => {
    signal.throwIfAborted();
    const updates = weightedUpdates(input);
    if (updates.length === 0) return { kind: 'combination', coefficients: input.members.map(() => 0) };
    const merged = mergeCommonAndTaskSpaces(updates, input.options);
    return { kind: 'factors', factors: toFactors({ ...merged, scale: input.options.lambda }) };
  },
});
