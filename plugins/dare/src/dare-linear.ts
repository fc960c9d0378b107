import { defineModuleStrategy } from '@crucible/sdk';
import { drawsFor, dropAtRandom, sparsifyAndMerge } from '@crucible/sdk/elementwise';
import { dareLinearOptions } from './options.js';
import { linearRules } from './presets.js';
import { DARE } from './references.js';

/**
 * λ·Σ w·m∘τ/p with m drawn anew for each adapter, module and element: over the seeds its expectation is λ·Σ w·τ, which is task arithmetic (Yu et al.,
 * arXiv 2311.03099, section 3.2). The draws are keyed by (seed, adapter's digest, module, vector, element): no order of work can change them.
 */
export const dareLinear = defineModuleStrategy({
  id: 'dareLinear',
  title: 'DARE (linear)',
  description:
    'Drops entries of each task vector at random, rescales the rest so that the expectation is kept, and adds them up.',
  references: [DARE],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['density', 'lambda'],
  options: dareLinearOptions,
  fuseModule(input, _, context) {
    const { rescale, normalize } = linearRules(input.options);
    return sparsifyAndMerge(
      input,
      context,
      ({ member, values }, place) =>
        dropAtRandom(values, member.options.density, drawsFor(context.random, member, place), rescale),
      { kind: 'LINEAR', normalize },
    );
  },
});
