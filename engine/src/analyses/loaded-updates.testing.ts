import type { LowRankUpdate, LowRankUpdates } from '../models/index.js';

/** Σ λ_j ΔW_j as one low-rank update per module: A's on top of each other, scaled B's side by side. */
export function loadedUpdates(vectors: readonly LowRankUpdates[], coefficients: readonly number[]): LowRankUpdates {
  const sums = new Map<string, LowRankUpdate>();
  vectors.forEach((updates, vector) => {
    for (const [name, { a, b, rank, scale }] of updates) {
      const own = b.map((value) => value * scale * coefficients[vector]!);
      const known = sums.get(name);
      sums.set(name, known === undefined ? { a, b: own, rank, scale: 1 } : join(known, { a, b: own, rank, scale: 1 }));
    }
  });
  return sums;
}

function join(one: LowRankUpdate, other: LowRankUpdate): LowRankUpdate {
  const rank = one.rank + other.rank;
  const outputs = one.b.length / one.rank;
  const b = new Float32Array(outputs * rank);
  for (let row = 0; row < outputs; row += 1) {
    b.set(one.b.subarray(row * one.rank, (row + 1) * one.rank), row * rank);
    b.set(other.b.subarray(row * other.rank, (row + 1) * other.rank), row * rank + one.rank);
  }
  return { a: Float32Array.from([...one.a, ...other.a]), b, rank, scale: 1 };
}
