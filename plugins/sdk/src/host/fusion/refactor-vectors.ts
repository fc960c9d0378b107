import {
  balanceFactors,
  createMatrix,
  matrixFrom,
  multiply,
  scaleColumns,
  scaleRows,
  sliceColumns,
  sliceRows,
  svd,
  toFloat32,
  truncatedSvd,
  type CoreBasis,
  type DenseProducts,
  type Matrix,
} from '@crucible/engine/algebra';
import { denseResidual } from '../fidelity/dense-residual.js';
import type { TensorFlow } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { commonScale } from './combine-factors.js';
import { compressFactors } from './compress-factors.js';
import type { ModuleTask } from './module-task.js';
import { roundFactors, type Refactored } from './refactored.js';

export interface RefactorSetup {
  readonly tf: TensorFlow;
  readonly space: FusionSpace;
  readonly outputRank?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Brings merged matrices of a space back to factors of an adapter.
 *
 * - FRAME: B' beside the frame's A. - FACTOR: A0 + A' and B'. Both exact unless a smaller rank is asked for.
 * - CORE: Q_B·M'·Q_Aᵀ through the SVD of M', balanced; exact, and the best of its rank where one is asked for.
 * - DELTA: the truncated SVD of a dense matrix, at rank min(Σr, out, in) unless another is asked for; what it loses is reported.
 */
export async function refactorVectors(
  task: ModuleTask,
  matrices: readonly Float32Array[],
  setup: RefactorSetup,
  basis: () => CoreBasis,
): Promise<Refactored> {
  const { members, frameA } = task;
  const [first] = members;
  const { outputRank } = setup;
  switch (setup.space) {
    case 'FRAME':
      return compressFactors(
        task,
        { a: first!.a, b: matrices[0]!, rank: first!.rank, scale: first!.scale },
        outputRank,
      );
    case 'FACTOR': {
      const moved = matrices[0]!;
      const a = frameA ? moved.map((value, i) => frameA[i]! + value) : moved;
      const { scale } = commonScale(members);
      return compressFactors(task, { a, b: matrices[1]!, rank: first!.rank, scale }, outputRank);
    }
    case 'CORE':
      return fromCore(task, matrices[0]!, basis(), outputRank);
    case 'DELTA':
      return fromDense(task, matrices[0]!, setup);
  }
}

function fromCore(task: ModuleTask, core: Float32Array, { qa, qb }: CoreBasis, outputRank = Infinity): Refactored {
  const { u, singularValues, vt } = svd(matrixFrom(qb.columns, qa.rows, core));
  const kept = Math.min(outputRank, singularValues.length);
  const roots = singularValues.subarray(0, kept).map(Math.sqrt);
  const b = multiply(qb, scaleColumns(sliceColumns(u, 0, kept), roots));
  const a = multiply(scaleRows(sliceRows(vt, 0, kept), roots), qa);
  return {
    factors: roundFactors(task, { a, b }),
    energy: { exact: sumSquares(singularValues), lost: sumSquares(singularValues.subarray(kept)) },
  };
}

async function fromDense(task: ModuleTask, data: Float32Array, setup: RefactorSetup): Promise<Refactored> {
  const { outFeatures: rows, inFeatures: columns, members } = task;
  const total = members.reduce((sum, { rank }) => sum + rank, 0);
  const rank = setup.outputRank ?? Math.min(total, rows, columns);
  const { products, dispose } = productsOn(setup.tf, rows, columns, data);
  try {
    const triples = await truncatedSvd({ rows, columns, data }, rank, { products, signal: setup.signal });
    const factors = roundFactors(task, balanceFactors(triples));
    return { factors, energy: { exact: sumSquares(data), lost: denseResidual({ rows, columns, data }, factors) } };
  } finally {
    dispose();
  }
}

/** A loop: `reduce` takes ten times as long on a dense matrix. */
function sumSquares(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]! * values[i]!;
  return sum;
}

/** The passes over the dense matrix run on the backend; the orthogonalizations between them stay in float64. */
function productsOn(
  tf: TensorFlow,
  rows: number,
  columns: number,
  data: Float32Array,
): { readonly products: DenseProducts; dispose(): void } {
  const dense = tf.tensor2d(data, [rows, columns]);
  const product = async (x: Matrix, transposed: boolean): Promise<Matrix> => {
    // denseᵀ·x as (xᵀ·dense)ᵀ: the small matrix is the one to transpose.
    const out = tf.tidy(() => {
      const small = tf.tensor2d(toFloat32(x), [x.rows, x.columns]);
      return transposed ? tf.transpose(tf.matMul(tf.transpose(small), dense)) : tf.matMul(dense, small);
    });
    const values = new Float64Array(await out.data<'float32'>());
    out.dispose();
    return createMatrix(transposed ? columns : rows, x.columns, values);
  };
  return {
    products: { multiply: (x) => product(x, false), multiplyTransposed: (x) => product(x, true) },
    dispose: () => dense.dispose(),
  };
}
