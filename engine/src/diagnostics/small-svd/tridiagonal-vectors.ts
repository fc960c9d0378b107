import type { Tridiagonal } from './tridiagonalize.js';

/** Values closer than this share of the largest have vectors that only orthogonalization tells apart. */
const CLUSTER = 1e-3;
/** One round from a start that holds the vector at all is at rounding; the second is for starts that hold little of it. */
const ROUNDS = 2;

/**
 * Unit eigenvectors of T for the given eigenvalues, falling, as rows `[values, n]`: inverse iteration, each vector made orthogonal to its neighbours
 * (Peters and Wilkinson, "The calculation of specified eigenvectors by inverse iteration", 1971). Starts are fixed, so the same T gives the same bits.
 */
export function tridiagonalVectors(
  { size: n, diagonal, beside }: Tridiagonal,
  values: Float64Array,
): Float64Array<ArrayBuffer> {
  const vectors = new Float64Array(values.length * n);
  const largest = Math.max(Math.abs(values[0] ?? 0), Number.MIN_VALUE);
  const solver = new ShiftedSolver(n);
  let previous = Infinity;
  for (const [index, value] of values.entries()) {
    // Equal shifts would give equal vectors.
    const shift = Math.min(value, previous - 4 * Number.EPSILON * largest);
    previous = shift;
    solver.factorize(diagonal, beside, shift, largest);
    const vector = vectors.subarray(index * n, (index + 1) * n);
    for (let k = 0; k < n; k += 1) vector[k] = 1 + ((k * 7919 + index * 104_729) % 1009) / 1009;
    for (let round = 0; round < ROUNDS; round += 1) {
      solver.solve(vector);
      for (let other = index - 1; other >= 0; other -= 1) {
        if (values[other]! - value > CLUSTER * largest) break;
        removeComponent(vector, vectors, other * n);
      }
      normalize(vector);
    }
  }
  return vectors;
}

/** (T - shift·1)·x = b by elimination with row exchanges; pivots that vanish become rounding of the largest value. */
class ShiftedSolver {
  readonly #n: number;
  readonly #pivot: Float64Array;
  readonly #above: Float64Array;
  readonly #second: Float64Array;
  readonly #ratio: Float64Array;
  readonly #swapped: Uint8Array;

  constructor(n: number) {
    this.#n = n;
    const zeros = (): Float64Array => new Float64Array(n);
    [this.#pivot, this.#above, this.#second, this.#ratio] = [zeros(), zeros(), zeros(), zeros()];
    this.#swapped = new Uint8Array(n);
  }

  factorize(diagonal: Float64Array, beside: Float64Array, shift: number, largest: number): void {
    const n = this.#n;
    const [pivot, above, second, ratio, swapped] = [this.#pivot, this.#above, this.#second, this.#ratio, this.#swapped];
    const least = Number.EPSILON * largest;
    let head = diagonal[0]! - shift;
    let next = n > 1 ? beside[1]! : 0;
    for (let i = 0; i < n - 1; i += 1) {
      const lower = beside[i + 1]!;
      const lowerDiagonal = diagonal[i + 1]! - shift;
      const lowerNext = i + 2 < n ? beside[i + 2]! : 0;
      if (Math.abs(lower) > Math.abs(head)) {
        swapped[i] = 1;
        ratio[i] = head / lower;
        [pivot[i], above[i], second[i]] = [lower, lowerDiagonal, lowerNext];
        head = next - ratio[i]! * lowerDiagonal;
        next = -ratio[i]! * lowerNext;
      } else {
        swapped[i] = 0;
        if (Math.abs(head) < least) head = least;
        ratio[i] = lower / head;
        [pivot[i], above[i], second[i]] = [head, next, 0];
        head = lowerDiagonal - ratio[i]! * next;
        next = lowerNext;
      }
    }
    pivot[n - 1] = Math.abs(head) < least ? least : head;
  }

  solve(x: Float64Array): void {
    const n = this.#n;
    const [pivot, above, second, ratio] = [this.#pivot, this.#above, this.#second, this.#ratio];
    for (let i = 0; i < n - 1; i += 1) {
      if (this.#swapped[i] === 1) {
        const top = x[i]!;
        x[i] = x[i + 1]!;
        x[i + 1] = top - ratio[i]! * x[i]!;
      } else x[i + 1]! -= ratio[i]! * x[i]!;
    }
    for (let i = n - 1; i >= 0; i -= 1) {
      let value = x[i]!;
      if (i + 1 < n) value -= above[i]! * x[i + 1]!;
      if (i + 2 < n) value -= second[i]! * x[i + 2]!;
      x[i] = value / pivot[i]!;
    }
  }
}

function removeComponent(x: Float64Array, basis: Float64Array, offset: number): void {
  let product = 0;
  for (let k = 0; k < x.length; k += 1) product += x[k]! * basis[offset + k]!;
  for (let k = 0; k < x.length; k += 1) x[k]! -= product * basis[offset + k]!;
}

function normalize(x: Float64Array): void {
  // In shares of the largest: near a value the solution is 1e16 times as long as the right side, and of matrices of any size.
  let largest = 0;
  for (let k = 0; k < x.length; k += 1) largest = Math.max(largest, Math.abs(x[k]!));
  if (largest === 0) return;
  const share = 1 / largest;
  let squares = 0;
  for (let k = 0; k < x.length; k += 1) {
    const value = x[k]! * share;
    x[k] = value;
    squares += value * value;
  }
  const factor = 1 / Math.sqrt(squares);
  for (let k = 0; k < x.length; k += 1) x[k]! *= factor;
}
