/** A symmetric matrix as H·T·Hᵀ with T tridiagonal; the reflectors that make H are kept for vectors of T to be turned back. */
export interface Tridiagonal {
  readonly size: number;
  /** `[n]` */
  readonly diagonal: Float64Array;
  /** `[n]`, entry i beside diagonal entries i - 1 and i; the first is 0. */
  readonly beside: Float64Array;
  /** Row i holds the i entries of the reflector that cleared row i of the matrix, `[n, n]`. */
  readonly reflectors: Float64Array;
  /** `[n]`: reflector i is 1 - factors[i]·v·vᵀ; 0 where there was nothing to clear. */
  readonly factors: Float64Array;
}

/**
 * Householder's reduction from the last row up (Martin, Reinsch and Wilkinson, "Householder's tridiagonalization of a symmetric matrix", 1968), on the
 * lower triangle of `x [n, n]`, which it overwrites. 4n³/3 operations, every pass along rows.
 */
export function tridiagonalize(x: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const factors = new Float64Array(n);
  const image = new Float64Array(n);
  for (let i = n - 1; i >= 1; i -= 1) {
    const row = i * n;
    let squares = 0;
    for (let k = 0; k < i - 1; k += 1) squares += x[row + k]! * x[row + k]!;
    const last = x[row + i - 1]!;
    if (squares === 0) {
      beside[i] = last;
      continue;
    }
    const size = Math.sqrt(squares + last * last);
    // The sign that adds: a difference of close numbers would lose digits.
    const target = last > 0 ? -size : size;
    const head = last - target;
    x[row + i - 1] = head;
    beside[i] = target;
    const factor = 2 / (squares + head * head);
    factors[i] = factor;
    reflect(x, n, i, factor, image);
  }
  for (let i = 0; i < n; i += 1) diagonal[i] = x[i * n + i]!;
  return { size: n, diagonal, beside, reflectors: x, factors };
}

/** The leading i × i block X becomes X - v·wᵀ - w·vᵀ, v in row i: one product of X and v, one update of rank 2. */
function reflect(x: Float64Array, n: number, i: number, factor: number, image: Float64Array): void {
  const row = i * n;
  image.fill(0, 0, i);
  let j = 0;
  // Two rows at a time: four products for each four loads.
  for (; j + 1 < i; j += 2) {
    const at = j * n;
    const below = at + n;
    const vj = x[row + j]!;
    const vk = x[row + j + 1]!;
    let [sum, sumBelow] = [0, 0];
    for (let k = 0; k < j; k += 1) {
      const value = x[at + k]!;
      const valueBelow = x[below + k]!;
      const v = x[row + k]!;
      sum += value * v;
      sumBelow += valueBelow * v;
      image[k]! += value * vj + valueBelow * vk;
    }
    const corner = x[below + j]!;
    image[j]! += sum + x[at + j]! * vj + corner * vk;
    image[j + 1]! += sumBelow + corner * vj + x[below + j + 1]! * vk;
  }
  if (j < i) {
    const at = j * n;
    const vj = x[row + j]!;
    let sum = 0;
    for (let k = 0; k < j; k += 1) {
      const value = x[at + k]!;
      sum += value * x[row + k]!;
      image[k]! += value * vj;
    }
    image[j]! += sum + x[at + j]! * vj;
  }
  let along = 0;
  for (let k = 0; k < i; k += 1) {
    image[k]! *= factor;
    along += image[k]! * x[row + k]!;
  }
  const half = (factor * along) / 2;
  for (let k = 0; k < i; k += 1) image[k]! -= half * x[row + k]!;
  for (let at = 0, p = 0; p < i; p += 1, at += n) {
    const v = x[row + p]!;
    const w = image[p]!;
    for (let k = 0; k <= p; k += 1) x[at + k]! -= v * image[k]! + w * x[row + k]!;
  }
}

/** Turns a vector of T, `y [n]` at `offset`, into one of the matrix, in place. */
export function turnBack({ size: n, reflectors, factors }: Tridiagonal, y: Float64Array, offset: number): void {
  for (let i = 1; i < n; i += 1) {
    const factor = factors[i]!;
    if (factor === 0) continue;
    const row = i * n;
    let product = 0;
    for (let k = 0; k < i; k += 1) product += reflectors[row + k]! * y[offset + k]!;
    product *= factor;
    for (let k = 0; k < i; k += 1) y[offset + k]! -= product * reflectors[row + k]!;
  }
}
