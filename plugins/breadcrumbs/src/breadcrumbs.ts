import { defineModuleStrategy } from '@crucible/sdk';
import { sparsifyAndMerge } from '@crucible/sdk/elementwise';
import { maskOutliers } from './mask-outliers.js';
import { breadcrumbsOptions } from './options.js';
import { linearRules } from './presets.js';
import { BREADCRUMBS } from './references.js';

/** λ·Σ w·m∘τ with m that leaves out the largest and the smallest entries of each tensor. */
export const breadcrumbs = defineModuleStrategy({
  id: 'breadcrumbs',
  title: 'Model Breadcrumbs',
  description: 'Drops the largest entries of each task vector, as outliers, and the small ones, as noise, and adds up.',
  references: [BREADCRUMBS],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['density', 'gamma', 'lambda'],
  options: breadcrumbsOptions,
  fuseModule(input, _, context) {
    const { normalize, smallTensor } = linearRules(input.options);
    return sparsifyAndMerge(
      input,
      context,
      ({ member: { options }, values }) => maskOutliers(values, { ...options, smallTensor }),
      { kind: 'LINEAR', normalize },
    );
  },
});
