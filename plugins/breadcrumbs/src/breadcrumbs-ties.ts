import { defineModuleStrategy } from '@crucible/sdk';
import { sparsifyAndMerge } from '@crucible/sdk/elementwise';
import { maskOutliers } from './mask-outliers.js';
import { breadcrumbsTiesOptions } from './options.js';
import { electRules } from './presets.js';
import { BREADCRUMBS, TIES } from './references.js';

/** As `breadcrumbs`, and then a sign is elected per entry, and what agrees with it is merged. */
export const breadcrumbsTies = defineModuleStrategy({
  id: 'breadcrumbsTies',
  title: 'Model Breadcrumbs (TIES)',
  description:
    'Drops the largest and the small entries of each task vector, elects a sign per entry, and merges what agrees with it.',
  references: [BREADCRUMBS, TIES],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['density', 'gamma', 'lambda'],
  perAdapter: ['density', 'gamma'],
  options: breadcrumbsTiesOptions,
  fuseModule(input, _, context) {
    const { smallTensor, ...rules } = electRules(input.options);
    return sparsifyAndMerge(
      input,
      context,
      ({ member: { options }, values }) => maskOutliers(values, { ...options, smallTensor }),
      { kind: 'CONSENSUS', lambda: input.options.lambda, rules },
    );
  },
});
