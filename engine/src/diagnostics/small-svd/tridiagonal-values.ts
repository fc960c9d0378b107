const MOST_STEPS = 60;

/**
 * All eigenvalues of a symmetric tridiagonal matrix, falling, good to rounding of the largest: QL steps without square roots, on the squares of the
 * entries beside the diagonal (the variant of Pal, Walker and Kahan; Parlett, "The symmetric eigenvalue problem", section 8.15). O(n²). Undefined where a
 * value does not settle, which finite numbers do not do.
 */
export function tridiagonalValues(diagonal: Float64Array, beside: Float64Array): Float64Array | undefined {
  const n = diagonal.length;
  const d = Float64Array.from(diagonal);
  // Entry i: the square of what stands beside d[i] and d[i + 1].
  const squares = new Float64Array(n);
  for (let i = 1; i < n; i += 1) squares[i - 1] = beside[i]! * beside[i]!;
  for (let low = 0; low < n; low += 1) {
    for (let steps = 0; ; steps += 1) {
      let end = low;
      while (end < n - 1) {
        const size = Number.EPSILON * (Math.abs(d[end]!) + Math.abs(d[end + 1]!));
        if (squares[end]! <= size * size) break;
        end += 1;
      }
      if (end < n - 1) squares[end] = 0;
      if (end === low) break;
      if (steps === MOST_STEPS) return undefined;
      stepQl(d, squares, low, end);
    }
  }
  return d.sort().toReversed();
}

function stepQl(d: Float64Array, squares: Float64Array, low: number, end: number): void {
  const root = Math.sqrt(squares[low]!);
  const half = (d[low + 1]! - d[low]!) / (2 * root);
  const hypotenuse = Math.sqrt(half * half + 1);
  const shift = d[low]! - root / (half + (half < 0 ? -hypotenuse : hypotenuse));
  let cosine = 1;
  let sine = 0;
  let gamma = d[end]! - shift;
  let p = gamma * gamma;
  for (let i = end - 1; i >= low; i -= 1) {
    const square = squares[i]!;
    const r = p + square;
    if (i !== end - 1) squares[i + 1] = sine * r;
    const before = cosine;
    cosine = p / r;
    sine = square / r;
    const previous = gamma;
    const alpha = d[i]!;
    gamma = cosine * (alpha - shift) - sine * previous;
    d[i + 1] = previous + (alpha - gamma);
    p = cosine === 0 ? before * square : (gamma * gamma) / cosine;
  }
  squares[low] = sine * p;
  d[low] = shift + gamma;
}
