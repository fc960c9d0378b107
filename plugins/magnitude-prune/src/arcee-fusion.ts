import { withFloats } from '@crucible/engine/kernels';
import { defineModuleStrategy } from '@crucible/sdk';
import { makeEntries } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { pruneErrors } from './errors.js';
import { importanceOf, outlierThreshold } from './importance.js';
import { MERGEKIT } from './references.js';

/**
 * From the first of two full models towards the second (or from the base to the only one), by those entries alone whose importance is an outlier:
 * median + 1.5 interquartile ranges or more, tensor by tensor. Softmaxes are taken of whole weights, so the rule needs θ0, which fusions of adapters lack.
 */
export const arceeFusion = defineModuleStrategy({
  id: 'arceeFusion',
  title: 'Arcee fusion',
  description:
    'Takes from the second full model only the entries that differ most in magnitude and in their row’s distribution. For full models.',
  references: [MERGEKIT],
  needs: { minAdapters: 1, maxAdapters: 2, baseWeights: true, order: 'MATTERS' },
  spaces: ['DELTA'],
  options: z.object({
    spread: z
      .number()
      .min(0)
      .describe(
        'Interquartile ranges above the median at which importance is an outlier. Source: mergekit, by Tukey’s rule.',
      )
      .default(1.5),
  }),
  async fuseModule(input, _, { tf }) {
    const { base, module, members, options } = input;
    if (base === undefined) throw pruneErrors.fullModelsOnly({ module });
    const only = members.length === 1 && input.adapterCount === 1;
    const tensors = members.map(({ vectors }) => vectors[0]!);
    const [rows, columns] = base.shape;
    const merged = await withFloats(tf, [base, ...tensors], ([origin, ...deltas]) => {
      const deltaAt = (position: number): Float32Array | undefined =>
        deltas[members.findIndex((member) => member.position === position)];
      const [first, second] = only ? [undefined, deltaAt(0)] : [deltaAt(0), deltaAt(1)];
      const whole = (delta: Float32Array | undefined): Float64Array => {
        const weights = Float64Array.from(origin!);
        if (delta) for (let i = 0; i < weights.length; i += 1) weights[i]! += delta[i]!;
        return weights;
      };
      const [from, to] = [whole(first), whole(second)];
      const importance = importanceOf(from, to, columns);
      const threshold = outlierThreshold(importance, options.spread);
      return makeEntries(to.length, (i) => (first?.[i] ?? 0) + (importance[i]! >= threshold ? to[i]! - from[i]! : 0));
    });
    return { kind: 'vectors', vectors: [tf.tensor2d(merged, [rows, columns])] };
  },
});
