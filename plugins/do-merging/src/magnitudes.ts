import {
  createMatrix,
  multiply,
  scaleColumns,
  scaleMatrix,
  thinQr,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';

/** ‖ΔW·e_j‖ of each input j: column norms of an update `[out, in]`, O((out + in)·rank²), in float64. */
export function columnMagnitudes({ b, a, scale }: LowRank): Float64Array {
  return columnNorms(scaleMatrix(multiply(thinQr(b).r, a), scale));
}

export function columnNorms({ rows, columns, data }: Matrix): Float64Array {
  const squares = new Float64Array(columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) squares[j]! += data[i * columns + j]! ** 2;
  }
  return squares.map(Math.sqrt);
}

/** 1 / m, and 0 for a column of zeros, which has no direction. */
export function inverseOf(magnitudes: Float64Array): Float64Array {
  return magnitudes.map((value) => (value === 0 ? 0 : 1 / value));
}

/** An update with each column times its factor: of the same rank. */
export function scaleUpdate({ b, a, scale }: LowRank, factors: Float64Array): LowRank {
  return { b, a: scaleColumns(a, factors), scale };
}

/** Σ |w_i|·m_i / Σ |w_i|, input by input; zeros where all weights are. */
export function meanMagnitudes(magnitudes: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const mean = createMatrix(1, magnitudes[0]!.length).data;
  if (total === 0) return mean;
  magnitudes.forEach((own, i) => {
    const share = Math.abs(weights[i]!) / total;
    own.forEach((value, j) => (mean[j]! += share * value));
  });
  return mean;
}
