import type { Gram } from '@crucible/sdk/elementwise';

/** A vector of the members' span, by its coefficients. */
export type Combination = readonly number[];

/** ⟨p, q⟩ of two combinations. */
export function dot({ size, data }: Gram, p: Combination, q: Combination): number {
  let sum = 0;
  for (let i = 0; i < size; i += 1) {
    if (p[i] === 0) continue;
    let row = 0;
    for (let j = 0; j < size; j += 1) row += q[j]! * data[i * size + j]!;
    sum += p[i]! * row;
  }
  return sum;
}

/** ‖p‖; rounding below zero counts as zero. */
export const lengthOf = (gram: Gram, p: Combination): number => Math.sqrt(Math.max(0, dot(gram, p, p)));

export const unit = (size: number, at: number, value: number): Combination =>
  Array.from({ length: size }, (_, i) => (i === at ? value : 0));

/** α·p + β·q. */
export const blend = (alpha: number, p: Combination, beta: number, q: Combination): Combination =>
  p.map((value, i) => alpha * value + beta * q[i]!);

export const clampCosine = (value: number): number => Math.max(-1, Math.min(1, value));

/** cos|v|·m + sin|v|/|v|·v: from m on the unit sphere along the tangent v. */
export function exponential(m: Combination, v: Combination, length: number): Combination {
  return blend(Math.cos(length), m, Math.sin(length) / length, v);
}
