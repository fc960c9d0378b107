import { defineError } from '../errors/index.js';

/** What can be wrong with the arguments of low-rank algebra. */
export const algebraErrors = {
  shapeMismatch: defineError({
    code: 'ALGEBRA_SHAPE_MISMATCH',
    summary: 'Matrices of shapes that do not fit together were combined.',
    remedy: 'Combine updates of one module of one base model only.',
    message: (d: { readonly operation: string; readonly left: string; readonly right: string }) =>
      `${d.operation}: shapes ${d.left} and ${d.right} do not fit together.`,
  }),
  rankInvalid: defineError({
    code: 'ALGEBRA_RANK_INVALID',
    summary: 'A rank to compress to is not a positive whole number.',
    remedy: 'Ask for a rank of 1 or more.',
    message: (d: { readonly got: number }) => `a rank must be a positive whole number, got ${d.got}.`,
  }),
  notFinite: defineError({
    code: 'ALGEBRA_NOT_FINITE',
    summary: 'A matrix to decompose holds NaN or an infinity, or entries so large that their squares overflow.',
    remedy: 'Look for the adapter or option that made it; nothing can be computed from it.',
    message: (d: { readonly operation: string }) =>
      `${d.operation}: the matrix holds NaN, infinities, or entries beyond 1e150.`,
  }),
  notConverged: defineError({
    code: 'ALGEBRA_NOT_CONVERGED',
    summary: 'A singular value decomposition did not converge.',
    remedy: 'Report the matrix: this is not expected to happen with finite numbers.',
    message: (d: { readonly rows: number; readonly columns: number; readonly sweeps: number }) =>
      `the SVD of a ${d.rows} × ${d.columns} matrix did not converge in ${d.sweeps} sweeps.`,
  }),
} as const;
