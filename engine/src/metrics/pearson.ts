/**
 * Pearson's r of two lists of equal length, in [−1, 1]; NaN where one of them does not vary, or has fewer than two entries. Means are taken off first, so that
 * a common offset costs no digits.
 */
export function pearsonCorrelation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  if (n < 2 || isConstant(x) || isConstant(y)) return Number.NaN;
  const meanX = mean(x);
  const meanY = mean(y);
  let products = 0;
  let squaresX = 0;
  let squaresY = 0;
  for (let i = 0; i < n; i += 1) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    products += dx * dy;
    squaresX += dx * dx;
    squaresY += dy * dy;
  }
  const r = products / (Math.sqrt(squaresX) * Math.sqrt(squaresY));
  return Math.max(-1, Math.min(1, r));
}

/** Asked of the values themselves: the rounded mean of equal numbers may differ from them. */
function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i += 1) if (values[i] !== values[0]) return false;
  return true;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]!;
  return sum / values.length;
}
