import { cutToCount, trimInto } from '@crucible/engine/kernels';
import { defineModuleStrategy } from '@crucible/sdk';
import { densityOption, inFixedOrder, lambdaOption, sparsifyAndMerge, sumOfWeights } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { PEFT, PRUNING } from './references.js';

/**
 * λ·Σ w·top(τ): of each tensor of each task vector exactly trunc(density·N) entries stay, the largest, among equals the first in row-major order; then
 * they are added up, divided by nothing unless `normalize` says so (PEFT's `magnitude_prune`). TIES without its election.
 */
export const magnitudePrune = defineModuleStrategy({
  id: 'magnitudePrune',
  title: 'Magnitude pruning',
  description: 'Keeps the largest entries of each task vector, tensor by tensor, and adds them up.',
  references: [PEFT, PRUNING],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['density', 'lambda'],
  options: z.object({
    density: densityOption(0.5, 'Share of the entries of each tensor that stays, by magnitude.'),
    lambda: lambdaOption(),
    normalize: z
      .boolean()
      .describe('Whether to divide by the sum of the weights of all adapters of the run. PEFT does not.')
      .default(false),
  }),
  trimmedMerge({ members, options: { normalize }, weights, outFeatures, inFeatures }) {
    const factor = normalize ? 1 / sumOfWeights(weights) : 1;
    const size = outFeatures * inFeatures;
    return {
      members: inFixedOrder({ members }).map(({ position, weight, options: { density, lambda } }) => ({
        position,
        weight: factor * (lambda * weight),
        trim: { kind: 'RANK', rank: size - Math.trunc(density * size) + 1, exact: true },
      })),
      rule: { vote: 'NONE' },
    };
  },
  fuseModule: (input, _, context) =>
    sparsifyAndMerge(
      input,
      context,
      ({ member, values }) => keepLargest(values, Math.trunc(member.options.density * values.length)),
      { kind: 'LINEAR', normalize: input.options.normalize },
    ),
});

function keepLargest(values: Float32Array, count: number): Float32Array {
  if (count >= values.length) return values;
  const kept = new Float32Array(values.length);
  trimInto(values, cutToCount(values, count), kept);
  return kept;
}
