/** Ranks, from 1, of the bounds of `size` magnitudes: the code's sorted[int(d·tail)] and sorted[int(d·(1 - tail) - 1)]. */
export const tailRanks = (size: number, tail: number): readonly [number, number] => [
  Math.min(size, Math.trunc(size * tail) + 1),
  Math.max(1, Math.trunc(size * (1 - tail) - 1) + 1),
];

/** Rank, from 1, of the score at which entries begin to count: the code's sorted[int(d·(1 - density))]. */
export const scoreRank = (size: number, density: number): number =>
  Math.min(size, Math.trunc(size * (1 - density)) + 1);
