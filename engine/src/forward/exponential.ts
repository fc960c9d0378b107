import type { Code } from '../kernels/wasm/assembler.js';
import { get, i32, i32x4, set } from '../kernels/wasm/instructions.js';
import { f32x4, type MultiplyAdd } from './simd.js';

/** Adding 1.5·2^23 rounds a float32 below 2^22 to the nearest whole number, and leaves that number in the low bits. */
const ROUNDER = 12_582_912;
/** Taylor's coefficients of 2^f; on [-1/2, 1/2] the first term left out is below 1.3e-7. */
const TERMS = [6, 5, 4, 3, 2, 1, 0].map((n) => Math.LN2 ** n / [1, 1, 2, 6, 24, 120, 720][n]!);

/**
 * Replaces the local x by 2^x, to 2e-7 relative; below −126 it stays there, above 126 too. 2^n by way of the exponent's bits, 2^(x − n) by a polynomial.
 *
 * @param whole, part Two locals that it may overwrite.
 */
export function exponential(multiplyAdd: MultiplyAdd, x: number, whole: number, part: number): Code {
  const [first, ...rest] = TERMS;
  return [
    ...set(x, f32x4.greater(f32x4.lesser(get(x), f32x4.constant(126)), f32x4.constant(-126))),
    ...set(whole, f32x4.add(get(x), f32x4.constant(ROUNDER))),
    ...set(part, f32x4.subtract(get(x), f32x4.subtract(get(whole), f32x4.constant(ROUNDER)))),
    ...set(
      x,
      rest.reduce<Code>((sum, term) => multiplyAdd(sum, get(part), f32x4.constant(term)), f32x4.constant(first!)),
    ),
    ...set(x, i32x4.add(get(x), i32x4.shiftLeft(get(whole), i32.constant(23)))),
  ];
}
