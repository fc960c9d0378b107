import { toFactors } from '@crucible/engine/algebra';
import { defineModuleStrategy } from '@crucible/sdk';
import { mergeIsotropic } from './merge-isotropic.js';
import { isoCOptions } from './options.js';
import { CORE_SPACE, ISOTROPIC } from './references.js';
import { weightedUpdates } from './weighted-updates.js';

export const isoC = defineModuleStrategy({
  id: 'isoC',
  title: 'Iso-C',
  description:
    'Adds the updates of all adapters and gives every direction of the sum the same strength, so that none outweighs the others.',
  references: [ISOTROPIC, CORE_SPACE],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['CORE'],
  schedulable: ['lambda'],
  perAdapter: [],
  followsRotations: () => true,
  options: isoCOptions,
  fuseModule: (input, _state, { signal }) => {
    signal.throwIfAborted();
    const updates = weightedUpdates(input);
    if (updates.length === 0) return { kind: 'combination', coefficients: input.members.map(() => 0) };
    const { lambda, floor } = input.options;
    return { kind: 'factors', factors: toFactors({ ...mergeIsotropic(updates, { floor }), scale: lambda }) };
  },
});
