import { checkShapes, type LowRank } from './low-rank.js';
import { joinColumns, joinRows, scaleColumns, scaleRows, sliceColumns, type Matrix } from './matrix.js';
import { multiplyByTranspose } from './multiply.js';
import { svd, type Svd } from './svd.js';
import { multiplyByQ, orthonormalize, orthonormalizeRows } from './thin-qr.js';

/** ΔW_i = Q_B·M_i·Q_Aᵀ for every i, exactly, Q_B and Q_A with orthonormal columns that span those of all B's and rows of all A's, and left unmade. */
export interface JointSpan {
  /** p and q: the dimensions that the updates span together. */
  readonly rows: number;
  readonly columns: number;
  /** M_i, `[p, q]`, in the order of the updates. */
  readonly cores: readonly Matrix[];
  /** Q_B·x for x `[p, n]`: `[out, n]`. */
  left(x: Matrix): Matrix;
  /** x·Q_Aᵀ for x `[n, q]`: `[n, in]`. */
  right(x: Matrix): Matrix;
}

/**
 * Coordinates in which updates of any ranks become small matrices, without loss, for rules that follow rotations: which orthonormal basis they are in is
 * not fixed. Rules that look at single entries need `coreBasis`, which costs two SVDs and two tall products more. Scales are folded in. O((out + in)·R²),
 * R the sum of all ranks.
 */
export function jointSpan(items: readonly LowRank[]): JointSpan {
  const { rows, columns } = checkShapes('jointSpan', items);
  const onB = orthonormalize(
    joinColumns(
      items.map(({ b }) => b),
      rows,
      // Here and not in the cores: what is negligible beside the other updates is decided with the scales.
      items.map(({ scale }) => scale),
    ),
  );
  const onA = orthonormalizeRows(
    joinRows(
      items.map(({ a }) => a),
      columns,
    ),
  );
  let offset = 0;
  const cores = items.map(({ b }) => {
    const end = offset + b.columns;
    const core = multiplyByTranspose(sliceColumns(onB.r, offset, end), sliceColumns(onA.r, offset, end));
    offset = end;
    return core;
  });
  return {
    rows: onB.r.rows,
    columns: onA.r.rows,
    cores,
    left: (x) => multiplyByQ(onB, x),
    right: (x) => onA.multiply(x),
  };
}

/** Q_B·(U·diag(S)·V)·Q_Aᵀ as balanced factors (√S on either side), so that float32 serves both equally. */
export function expandTriples(span: Pick<JointSpan, 'left' | 'right'>, { u, singularValues, vt }: Svd): LowRank {
  const roots = singularValues.map(Math.sqrt);
  return {
    b: span.left(scaleColumns(u, roots)),
    a: span.right(scaleRows(vt, roots)),
    scale: 1,
  };
}

/** Q_B·core·Q_Aᵀ as balanced factors, of the core's numerical rank. */
export function expandCore(span: Pick<JointSpan, 'left' | 'right'>, core: Matrix): LowRank {
  return expandTriples(span, svd(core));
}
