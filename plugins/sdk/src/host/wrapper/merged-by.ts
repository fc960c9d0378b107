import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../contract/context.js';
import type { ModuleInput, ModuleOutput, ModuleStrategy } from '../../contract/strategy.js';
import { pluginErrors } from '../../errors.js';
import { weightedSum } from '../fusion/weighted-sum.js';

/**
 * What a wrapped rule answered, as matrices in the shapes of one member's vectors. A combination is summed in float64 and rounded once, so that it does
 * not depend on the backend; factors are multiplied out.
 */
export async function mergedBy(
  inner: ModuleStrategy,
  { module, members, outFeatures, inFeatures }: ModuleInput<Readonly<Record<string, unknown>>>,
  output: ModuleOutput,
  tf: TensorFlow,
): Promise<readonly Tensor2D[]> {
  const invalid = (problem: string): Error => pluginErrors.invalidOutput({ strategy: inner.id, module, problem });
  const [like] = members.map(({ vectors }) => vectors);
  switch (output?.kind) {
    case 'vectors': {
      const { vectors } = output;
      if (!Array.isArray(vectors) || vectors.length !== like!.length) {
        throw invalid(`expected ${like!.length} vectors, like each member has, got ${vectors?.length ?? 'none'}`);
      }
      for (const [i, vector] of vectors.entries()) {
        const expected = like![i]!.shape.join(', ');
        if (vector?.isDisposed !== false) throw invalid(`vector ${i} is ${vector ? 'disposed' : 'missing'}`);
        if (vector.shape.join(', ') === expected) continue;
        throw invalid(`vector ${i} has shape [${vector.shape.join(', ')}], expected [${expected}]`);
      }
      return vectors;
    }
    case 'combination': {
      const { coefficients } = output;
      if (!Array.isArray(coefficients) || coefficients.length !== members.length) {
        throw invalid(`expected ${members.length} coefficients, one per member, got ${coefficients?.length ?? 'none'}`);
      }
      const sums: Tensor2D[] = [];
      for (const [i, { shape, size }] of like!.entries()) {
        const values = await Promise.all(members.map(({ vectors }) => vectors[i]!.data<'float32'>()));
        sums.push(tf.tensor2d(weightedSum(coefficients, values, size), shape));
      }
      return sums;
    }
    case 'factors': {
      const { rank, scale, a, b } = output.factors;
      if (like!.length !== 1)
        throw invalid('it answered with factors, and what it merges is not one matrix per adapter');
      if (a?.length !== rank * inFeatures || b?.length !== outFeatures * rank) {
        throw invalid(`its factors are no product of [${outFeatures}, ${inFeatures}] at rank ${rank}`);
      }
      if (rank === 0) return [tf.zeros([outFeatures, inFeatures])];
      const factors = [tf.tensor2d(b, [outFeatures, rank]), tf.tensor2d(a, [rank, inFeatures])] as const;
      const product = tf.tidy(() => tf.mul<Tensor2D>(tf.matMul(...factors), scale));
      tf.dispose([...factors]);
      return [product];
    }
    default:
      throw invalid(`expected a combination, vectors or factors, got kind ${output?.kind ?? 'none'}`);
  }
}
