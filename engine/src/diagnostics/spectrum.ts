/** What the singular values of one matrix say about its rank. */
export interface SpectrumSummary {
  /** Number of singular values above rounding. */
  readonly rank: number;
  /** exp(H(p)) with p = σ / Σσ: "the effective rank" of Roy and Vetterli (EUSIPCO 2007, section 3). 0 for a zero matrix. */
  readonly effectiveRank: number;
  /** ‖·‖²_F / ‖·‖²₂ = Σσ² / σ₁² (Rudelson and Vershynin, 2007): at most the rank, and blind to small values. 0 for a zero matrix. */
  readonly stableRank: number;
}

/** From singular values in falling order; values of 0 count for nothing. */
export function summarizeSpectrum(singularValues: Float64Array): SpectrumSummary {
  const values = singularValues.filter((value) => value > 0);
  const [largest] = values;
  if (largest === undefined) return { rank: 0, effectiveRank: 0, stableRank: 0 };
  // In shares of the largest, so that squares neither overflow nor vanish.
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value / largest;
    squares += (value / largest) ** 2;
  }
  let entropy = 0;
  for (const value of values) {
    const share = value / largest / sum;
    entropy -= share * Math.log(share);
  }
  return { rank: values.length, effectiveRank: Math.exp(entropy), stableRank: squares };
}

/** Σ of the squares of all values but the first k, for k = 0 … length: what is lost at rank k (Eckart and Young), `[length + 1]`. */
export function tailEnergies(singularValues: Float64Array): Float64Array {
  const tails = new Float64Array(singularValues.length + 1);
  // From the small end: their sum is not lost beside the large ones.
  for (let k = singularValues.length - 1; k >= 0; k -= 1) tails[k] = tails[k + 1]! + singularValues[k]! ** 2;
  return tails;
}

/**
 * ‖X - X_k‖ / ‖X‖ for each rank k = 1 … n of the best approximations, over several matrices that are cut to the same rank, as the modules of an adapter
 * are; `tails` are their `tailEnergies`. n is the least rank that loses nothing. Zero matrices lose nothing at rank 1.
 */
export function truncationErrors(tails: readonly Float64Array[]): Float64Array {
  const ranks = tails.reduce((most, tail) => Math.max(most, tail.length - 1), 1);
  const total = tails.reduce((sum, tail) => sum + tail[0]!, 0);
  return Float64Array.from({ length: ranks }, (_, i) => {
    let lost = 0;
    for (const tail of tails) if (i + 1 < tail.length) lost += tail[i + 1]!;
    return total === 0 ? 0 : Math.sqrt(lost / total);
  });
}
