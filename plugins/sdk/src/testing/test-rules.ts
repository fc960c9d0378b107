import type { Tensor2D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { FUSION_SPACES } from '../contract/fusion-space.js';
import type { ModuleStrategy } from '../contract/strategy.js';
import { defineModuleStrategy } from '../definition/define-strategy.js';

const description = {
  description: 'A rule to test wrappers with.',
  references: [{ title: 'None' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: FUSION_SPACES,
  elementwise: true,
  options: z.object({}),
};

/** Σ weight·vector, as matrices. */
export const testSum: ModuleStrategy = defineModuleStrategy({
  ...description,
  id: 'testSum',
  title: 'Sum',
  fuseModule: ({ members }, _, { tf }) => ({
    kind: 'vectors',
    vectors: tf.tidy(() =>
      members[0]!.vectors.map((_, i) =>
        tf.addN(members.map(({ vectors, weight }) => tf.mul<Tensor2D>(vectors[i]!, weight))),
      ),
    ),
  }),
});

/** Σ weight·vector / Σ weight, as coefficients. */
export const testMean: ModuleStrategy = defineModuleStrategy({
  ...description,
  id: 'testMean',
  title: 'Mean',
  fuseModule: ({ members, weights }) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { kind: 'combination', coefficients: members.map(({ weight }) => (total === 0 ? 0 : weight / total)) };
  },
});
