export interface SymmetricEigen {
  /** In no particular order; `vectors[k]` belongs to `values[k]`. */
  readonly values: Float64Array;
  /** Unit vectors, one per row. */
  readonly vectors: readonly Float64Array[];
}

const MOST_SWEEPS = 60;

/** Eigenvectors of a small symmetric matrix by Jacobi's rotations: exact to rounding, and the same bits everywhere. */
export function symmetricEigen(matrix: readonly Float64Array[]): SymmetricEigen {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = matrix.map((_, k) => Float64Array.from({ length: n }, (_v, i) => (i === k ? 1 : 0)));
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a) > 0; sweep += 1) {
    for (let p = 0; p < n; p += 1) for (let q = p + 1; q < n; q += 1) rotate(a, vectors, p, q);
  }
  return { values: Float64Array.from(a, (row, k) => row[k]!), vectors };
}

/** Largest entry off the diagonal that rounding would still notice beside its diagonal. */
function offDiagonal(a: readonly Float64Array[]): number {
  let largest = 0;
  a.forEach((row, p) => {
    for (let q = p + 1; q < row.length; q += 1) {
      const scale = Math.sqrt(Math.abs(row[p]! * a[q]![q]!)) * Number.EPSILON;
      if (Math.abs(row[q]!) > scale) largest = Math.max(largest, Math.abs(row[q]!));
    }
  });
  return largest;
}

function rotate(a: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const apq = a[p]![q]!;
  if (apq === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of a) turn(row, p, q, c, s);
  turnRows(a[p]!, a[q]!, c, s);
  turnRows(vectors[p]!, vectors[q]!, c, s);
}

function turn(row: Float64Array, p: number, q: number, c: number, s: number): void {
  const [x, y] = [row[p]!, row[q]!];
  row[p] = c * x - s * y;
  row[q] = s * x + c * y;
}

function turnRows(p: Float64Array, q: Float64Array, c: number, s: number): void {
  for (let i = 0; i < p.length; i += 1) {
    const [x, y] = [p[i]!, q[i]!];
    p[i] = c * x - s * y;
    q[i] = s * x + c * y;
  }
}
