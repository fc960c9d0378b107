/** Folds a number into [-bound, bound] as a mirror on each side would: continuous, and what is inside stays. */
export function reflect(x: number, bound: number): number {
  if (Math.abs(x) <= bound) return x;
  const period = 4 * bound;
  const phase = (((x + bound) % period) + period) % period;
  return phase <= 2 * bound ? phase - bound : 3 * bound - phase;
}
