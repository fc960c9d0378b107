import {
  coreBasis,
  matrixFrom,
  multiply,
  recompress,
  scaleColumns,
  toFactors,
  toFloat32,
  type LowRank,
} from '@crucible/engine/algebra';
import type { TensorFlow, WrappedModule } from '@crucible/sdk';
import { columnNorms, inverseOf } from './magnitudes.js';

/**
 * Directions as core matrices: dividing the columns of an update is a product with a diagonal matrix, which leaves its rank, so that no dense matrix is
 * made. Exact for linear rules; others depend on the coordinates of the core.
 */
export function wrapInCore(
  tf: TensorFlow,
  directions: readonly LowRank[],
  magnitudes: Float64Array,
  renormalize: boolean,
): WrappedModule {
  const { qb, qa, cores } = coreBasis(directions);
  // A module of zeros: one coordinate, so that the rule has something to look at.
  const shape: [number, number] = [Math.max(1, qb.columns), Math.max(1, qa.rows)];
  const empty = qb.columns === 0 || qa.rows === 0;
  return {
    vectors: cores.map((core) => [empty ? tf.zeros(shape) : tf.tensor2d(toFloat32(core), shape)]),
    async restore([merged]) {
      const values = await merged!.data<'float32'>();
      if (empty) return { kind: 'factors', factors: toFactors({ b: qb, a: qa, scale: 1 }) };
      const core = matrixFrom(...shape, values);
      const lengths = renormalize ? inverseOf(columnNorms(multiply(core, qa))) : undefined;
      const factors = lengths ? magnitudes.map((value, j) => value * lengths[j]!) : magnitudes;
      const product = { b: multiply(qb, core), a: scaleColumns(qa, factors), scale: 1 };
      return { kind: 'factors', factors: toFactors(recompress(product)) };
    },
  };
}
