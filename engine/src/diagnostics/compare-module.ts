import {
  coreBasis,
  createMatrix,
  dotMatrices,
  frobeniusNorm,
  scaleMatrix,
  svd,
  transpose,
  type LowRank,
  type Matrix,
} from '../algebra/index.js';
import { principalCosines, subspaceOverlap } from './principal-angles.js';
import { summarizeSpectrum, tailEnergies, type SpectrumSummary } from './spectrum.js';

/** Two updates of one module. Symmetric in the two. */
export interface PairComparison {
  /** Places among the module's updates; `left` < `right`. */
  readonly left: number;
  readonly right: number;
  /** ⟨ΔW_i, ΔW_j⟩, Frobenius. */
  readonly innerProduct: number;
  /** ⟨ΔW_i, ΔW_j⟩ / (‖ΔW_i‖·‖ΔW_j‖); 0 where either is zero. */
  readonly cosine: number;
  /** Cosines of the principal angles between the column spaces (of outputs), falling; min(rank_i, rank_j) of them. */
  readonly columnCosines: Float64Array;
  /** The same of the row spaces (of inputs). */
  readonly rowCosines: Float64Array;
  /** Means of their squares. */
  readonly columnOverlap: number;
  readonly rowOverlap: number;
}

export interface UpdateSummary extends SpectrumSummary {
  /** Frobenius. */
  readonly norm: number;
  /** Falling, those above rounding. */
  readonly singularValues: Float64Array;
}

export interface ModuleComparison {
  /** In the order of the updates. */
  readonly updates: readonly UpdateSummary[];
  /** All pairs, by left and then right. */
  readonly pairs: readonly PairComparison[];
  /** Of Σ weight·ΔW. */
  readonly sum: UpdateSummary & {
    /** What its best approximation of rank k loses, squared, k = 0 … rank: see `tailEnergies`. */
    readonly tailEnergies: Float64Array;
  };
}

/**
 * Everything that the updates `[out, in]` of one module say about each other, exactly, without a dense matrix: in common orthonormal bases they are small
 * cores with the same inner products, singular values and angles (peers.md C.0). Does not depend on how an update is split into B and A, and an update
 * that is 1e-12 of the others keeps its digits: each enters the bases at unit size. O((out + in)·(Σr)² + T²·(Σr)³).
 */
export function compareModule(updates: readonly LowRank[], weights: readonly number[]): ModuleComparison {
  const sizes = updates.map(({ b, a, scale }) => ({ b: frobeniusNorm(b), a: frobeniusNorm(a), scale }));
  const { cores } = coreBasis(
    updates.map(({ b, a }, i) => ({
      b: scaleMatrix(b, 1 / (sizes[i]!.b || 1)),
      a: scaleMatrix(a, 1 / (sizes[i]!.a || 1)),
      scale: 1,
    })),
  );
  const factors = sizes.map(({ b, a, scale }) => (a === 0 ? 0 : b * scale * a));
  const decomposed = cores.map((core) => svd(core));
  const summaries = decomposed.map(({ singularValues }, i) =>
    summarize(singularValues.map((value) => value * Math.abs(factors[i]!))),
  );
  const pairs: PairComparison[] = [];
  for (let left = 0; left < cores.length; left += 1) {
    for (let right = left + 1; right < cores.length; right += 1) {
      const unit = dotMatrices(cores[left]!, cores[right]!);
      const size = frobeniusNorm(cores[left]!) * frobeniusNorm(cores[right]!);
      const zero = size === 0 || factors[left] === 0 || factors[right] === 0;
      const sign = Math.sign(factors[left]! * factors[right]!);
      const [x, y] = [decomposed[left]!, decomposed[right]!];
      const columnCosines = principalCosines(...spacesOf(zero, x.u, y.u));
      const rowCosines = principalCosines(...spacesOf(zero, transpose(x.vt), transpose(y.vt)));
      pairs.push({
        left,
        right,
        innerProduct: unit * factors[left]! * factors[right]!,
        cosine: zero ? 0 : sign * Math.max(-1, Math.min(1, unit / size)),
        columnCosines,
        rowCosines,
        columnOverlap: subspaceOverlap(columnCosines),
        rowOverlap: subspaceOverlap(rowCosines),
      });
    }
  }
  const sum = summarize(svd(weightedSum(cores, factors, weights)).singularValues);
  return { updates: summaries, pairs, sum: { ...sum, tailEnergies: tailEnergies(sum.singularValues) } };
}

/** A zero update spans nothing, whatever its unused factor holds. */
function spacesOf(zero: boolean, x: Matrix, y: Matrix): [Matrix, Matrix] {
  return zero ? [createMatrix(x.rows, 0), createMatrix(y.rows, 0)] : [x, y];
}

function summarize(singularValues: Float64Array): UpdateSummary {
  const values = singularValues.filter((value) => value > 0);
  return { norm: Math.sqrt(tailEnergies(values)[0]!), singularValues: values, ...summarizeSpectrum(values) };
}

function weightedSum(cores: readonly Matrix[], factors: readonly number[], weights: readonly number[]): Matrix {
  const [first] = cores;
  const out = createMatrix(first!.rows, first!.columns);
  cores.forEach(({ data }, i) => {
    const factor = factors[i]! * weights[i]!;
    if (factor === 0) return;
    for (let at = 0; at < data.length; at += 1) out.data[at]! += factor * data[at]!;
  });
  return out;
}
