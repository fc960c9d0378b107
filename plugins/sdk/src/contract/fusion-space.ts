/**
 * Where task vectors are merged.
 *
 * - `FRAME`: the B's of adapters that share one tangent frame. Exact for linear rules, at unchanged rank, without cross terms.
 * - `FACTOR`: A's and B's apart, as the paper's code and PEFT do. Not exact: cross terms B_i·A_j appear, and are reported.
 * - `DELTA`: ΔW = scale·B·A, one dense matrix per module at a time. Linear rules stay exact by concatenation of the factors.
 * - `CORE`: the small matrices M_i of ΔW_i = Q_B·M_i·Q_Aᵀ. Lossless, mixed ranks, without a dense matrix.
 */
export const FUSION_SPACES = ['FRAME', 'CORE', 'DELTA', 'FACTOR'] as const;
export type FusionSpace = (typeof FUSION_SPACES)[number];
