import { borrowReflectorKernels, padded, type ReflectorKernels } from './wasm/reflector-kernels.js';

/** A symmetric matrix as H·T·Hᵀ with T tridiagonal; the reflectors that make H are kept for vectors of T to be turned back. */
export interface Tridiagonal {
  readonly size: number;
  /** `[n]` */
  readonly diagonal: Float64Array;
  /** `[n]`, entry i beside diagonal entries i - 1 and i; the first is 0. */
  readonly beside: Float64Array;
  /** Turns vectors of T, rows `[count, n]`, into those of the matrix. Only until another matrix is reduced: memory is shared. */
  turnBack(vectors: Float64Array, count: number): void;
}

const BYTES = 8;

/**
 * Householder's reduction from the last row up (Martin, Reinsch and Wilkinson, "Householder's tridiagonalization of a symmetric matrix", 1968) of a
 * symmetric `x [n, n]`, of which both triangles are read and none is changed. The update of each step is put off and done in one pass with the product of
 * the next, as in blocked reductions, in WebAssembly: 2n³ operations, two at a time.
 */
export function tridiagonalize(x: Float64Array, n: number): Tridiagonal {
  const stride = padded(n);
  // The matrix, whose rows become reflectors; the vectors w and p of a step, and w's and v's entries negated; vectors to turn back.
  const at = { w: n * stride, image: (n + 1) * stride, a: (n + 2) * stride, b: (n + 3) * stride };
  const vectorsAt = (n + 4) * stride;
  const kernels = borrowReflectorKernels(vectorsAt + n * stride);
  const { floats } = kernels;
  for (let i = 0; i < n; i += 1) {
    floats.set(x.subarray(i * n, (i + 1) * n), i * stride);
    floats.fill(0, i * stride + n, (i + 1) * stride);
  }
  floats.fill(0, at.w, vectorsAt);
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const factors = new Float64Array(n);
  for (let i = n - 1; i >= 1; i -= 1) {
    if (i < n - 1) catchUp(floats, i, stride, at);
    diagonal[i] = floats[i * stride + i]!;
    const made = makeReflector(floats, i, stride);
    beside[i] = made.beside;
    factors[i] = made.factor;
    step(kernels, i, stride, at, made.factor, i === n - 1);
  }
  if (n > 1) catchUp(floats, 0, stride, at);
  if (n > 0) diagonal[0] = floats[0]!;
  return {
    size: n,
    diagonal,
    beside,
    turnBack: (vectors, count) => turnBack(kernels, vectors, count, { n, stride, factors, vectorsAt }),
  };
}

interface Places {
  readonly w: number;
  readonly image: number;
  readonly a: number;
  readonly b: number;
}

/** Row i takes the update that was put off: v is row i + 1. */
function catchUp(floats: Float64Array, i: number, stride: number, { w }: Places): void {
  const row = i * stride;
  const v = row + stride;
  const vi = floats[v + i]!;
  const wi = floats[w + i]!;
  for (let k = 0; k <= i; k += 1) floats[row + k]! -= vi * floats[w + k]! + wi * floats[v + k]!;
}

/** Makes row i the reflector that clears it but for the entry beside the diagonal, with zeros from the diagonal on. */
function makeReflector(floats: Float64Array, i: number, stride: number): { beside: number; factor: number } {
  const row = i * stride;
  let squares = 0;
  for (let k = 0; k < i - 1; k += 1) squares += floats[row + k]! * floats[row + k]!;
  const last = floats[row + i - 1]!;
  if (squares === 0) {
    floats.fill(0, row, row + stride);
    return { beside: last, factor: 0 };
  }
  const size = Math.sqrt(squares + last * last);
  // The sign that adds: a difference of close numbers would lose digits.
  const target = last > 0 ? -size : size;
  const head = last - target;
  floats[row + i - 1] = head;
  floats.fill(0, row + i, row + stride);
  return { beside: target, factor: 2 / (squares + head * head) };
}

/** Rows above i take the update that was put off and are multiplied by the reflector in row i; then w becomes that of row i. */
function step(
  { floats, updateRows }: ReflectorKernels,
  i: number,
  stride: number,
  at: Places,
  factor: number,
  first: boolean,
): void {
  const row = i * stride;
  const before = first ? at.image : row + stride;
  if (first) floats.fill(0, at.image, at.image + stride);
  for (let j = 0; j < i; j += 1) {
    floats[at.a + j] = -floats[before + j]!;
    floats[at.b + j] = -floats[at.w + j]!;
  }
  // The first time there is nothing to catch up with: a and b are 0, and any row will do for v.
  const v = first ? row : before;
  const width = padded(i) * BYTES;
  updateRows(
    0,
    i * stride * BYTES,
    stride * BYTES,
    width,
    v * BYTES,
    at.w * BYTES,
    row * BYTES,
    at.image * BYTES,
    at.a * BYTES,
    at.b * BYTES,
  );
  let along = 0;
  for (let k = 0; k < i; k += 1) along += floats[at.image + k]! * floats[row + k]!;
  const half = (factor * factor * along) / 2;
  for (let k = 0; k < i; k += 1) floats[at.w + k] = factor * floats[at.image + k]! - half * floats[row + k]!;
  floats.fill(0, at.w + i, at.w + stride);
}

function turnBack(
  { floats, reflectRows }: ReflectorKernels,
  vectors: Float64Array,
  count: number,
  kept: { readonly n: number; readonly stride: number; readonly factors: Float64Array; readonly vectorsAt: number },
): void {
  const { n, stride, factors, vectorsAt } = kept;
  for (let i = 0; i < count; i += 1) {
    floats.set(vectors.subarray(i * n, (i + 1) * n), vectorsAt + i * stride);
    floats.fill(0, vectorsAt + i * stride + n, vectorsAt + (i + 1) * stride);
  }
  const begin = vectorsAt * BYTES;
  const end = begin + count * stride * BYTES;
  for (let i = 1; i < n; i += 1) {
    if (factors[i] !== 0) {
      reflectRows(begin, end, stride * BYTES, padded(i) * BYTES, i * stride * BYTES, -factors[i]!);
    }
  }
  for (let i = 0; i < count; i += 1) {
    const row = vectorsAt + i * stride;
    vectors.set(floats.subarray(row, row + n), i * n);
  }
}
