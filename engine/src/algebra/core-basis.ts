import {
  joinColumns,
  joinRows,
  scaleColumns,
  scaleMatrix,
  scaleRows,
  sliceRows,
  transpose,
  type Matrix,
} from './matrix.js';
import { multiply, multiplyByTranspose } from './multiply.js';
import { checkShapes, type LowRank } from './low-rank.js';
import { signsOfColumns, signsOfRows } from './signs.js';
import { svd } from './svd.js';
import { multiplyByQ, orthonormalize, orthonormalizeRows } from './thin-qr.js';

/** ΔW_i = qb·M_i·qa for every i, exactly. */
export interface CoreBasis {
  /** `[out, p]`, orthonormal columns: left singular vectors of [s_1·B_1 … s_T·B_T]. */
  readonly qb: Matrix;
  /** `[q, in]`, orthonormal rows: right singular vectors of [A_1; …; A_T]. */
  readonly qa: Matrix;
  /** M_i, `[p, q]`, in the order of the updates. */
  readonly cores: readonly Matrix[];
  /** The factors as they are, in these bases: M_i = scale_i·b_i·a_i, b_i `[p, rank]` and a_i `[rank, q]`. */
  readonly factors: readonly LowRank[];
}

/**
 * The bases in which updates of any ranks become small matrices, without loss (Core Space, 2025; peers.md C.0). Bases are singular vectors, largest
 * value first, each with its largest entry positive, so elementwise rules have one coordinate system to work in. Scales are folded into B first.
 */
export function coreBasis(items: readonly LowRank[]): CoreBasis {
  const { rows, columns } = checkShapes('coreBasis', items);
  const onB = principalBasis(
    joinColumns(
      items.map(({ b }) => b),
      rows,
      items.map(({ scale }) => scale),
    ),
  );
  const onA = principalRows(
    joinRows(
      items.map(({ a }) => a),
      columns,
    ),
  );
  let offset = 0;
  const factors = items.map(({ b, scale }) => {
    const end = offset + b.columns;
    // Rows of `coordinates` belong to columns of the stacks: those of item i are Q_Bᵀ·s·B_i and A_i·Q_A.
    const [scaled, a] = [transpose(sliceRows(onB.coordinates, offset, end)), sliceRows(onA.coordinates, offset, end)];
    offset = end;
    return { scaled, a, scale };
  });
  return {
    qb: onB.basis,
    qa: onA.basis,
    cores: factors.map(({ scaled, a }) => multiply(scaled, a)),
    factors: factors.map(({ scaled, a, scale }) => ({ b: scaleMatrix(scaled, scale === 0 ? 0 : 1 / scale), a, scale })),
  };
}

/** x = basis·coordinatesᵀ with x's left singular vectors as basis. */
function principalBasis(x: Matrix): { readonly basis: Matrix; readonly coordinates: Matrix } {
  const qr = orthonormalize(x);
  const { u, singularValues, vt } = svd(qr.r);
  const basis = multiplyByQ(qr, u);
  const signs = signsOfColumns(basis);
  return {
    basis: scaleColumns(basis, signs),
    coordinates: scaleColumns(
      transpose(vt),
      singularValues.map((value, j) => value * signs[j]!),
    ),
  };
}

/** The same of xᵀ, with its basis in rows: x = coordinates·basis. */
function principalRows(x: Matrix): { readonly basis: Matrix; readonly coordinates: Matrix } {
  const qr = orthonormalizeRows(x);
  const { u, singularValues, vt } = svd(qr.r);
  const basis = qr.multiply(transpose(u));
  const signs = signsOfRows(basis);
  return {
    basis: scaleRows(basis, signs),
    coordinates: scaleColumns(
      transpose(vt),
      singularValues.map((value, j) => value * signs[j]!),
    ),
  };
}

/** qb·core·qa as factors: b = qb·core, a = qa. */
export function fromCore({ qb, qa }: Pick<CoreBasis, 'qb' | 'qa'>, core: Matrix): LowRank {
  return { b: multiply(qb, core), a: qa, scale: 1 };
}

/** Coordinates of any update in given bases; what lies outside of them is lost. */
export function projectToCore({ qb, qa }: Pick<CoreBasis, 'qb' | 'qa'>, { b, a, scale }: LowRank): Matrix {
  return scaleMatrix(multiply(multiply(transpose(qb), b), multiplyByTranspose(a, qa)), scale);
}
