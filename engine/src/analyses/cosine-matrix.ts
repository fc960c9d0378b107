import type { AdapterComparison } from '../diagnostics/index.js';

/** What adapters have in common in the space of ΔW, as matrices over all pairs. */
export interface CosineMatrix {
  /** ‖ΔW‖ of each adapter, Frobenius over all modules. */
  readonly norms: readonly number[];
  /** cos(ΔW_i, ΔW_j) over all modules as one long vector; 1 on the diagonal, 0 beside an adapter that is zero. */
  readonly cosine: readonly (readonly number[])[];
  /** Share of the column and row spaces that two adapters have in common, 0 to 1. */
  readonly columnOverlap: readonly (readonly number[])[];
  readonly rowOverlap: readonly (readonly number[])[];
  /** Mean of the cosines off the diagonal; null for one adapter. */
  readonly meanCosine: number | null;
}

/** Exact, from the factors: ⟨ΔW_i, ΔW_j⟩ does not depend on how ΔW was factored, as cosines of stacked A's and B's would. */
export function cosineMatrix({ norms, pairs }: AdapterComparison): CosineMatrix {
  const square = (diagonal: (i: number) => number, pick: (pair: AdapterComparison['pairs'][number]) => number) => {
    const rows = norms.map((_, i) => norms.map((_, j) => (i === j ? diagonal(i) : 0)));
    for (const pair of pairs) {
      rows[pair.left]![pair.right] = pick(pair);
      rows[pair.right]![pair.left] = pick(pair);
    }
    return rows;
  };
  const ofItself = (i: number): number => (norms[i]! > 0 ? 1 : 0);
  return {
    norms,
    cosine: square(ofItself, ({ cosine }) => cosine),
    columnOverlap: square(ofItself, ({ columnOverlap }) => columnOverlap),
    rowOverlap: square(ofItself, ({ rowOverlap }) => rowOverlap),
    meanCosine: pairs.length === 0 ? null : pairs.reduce((sum, { cosine }) => sum + cosine, 0) / pairs.length,
  };
}
