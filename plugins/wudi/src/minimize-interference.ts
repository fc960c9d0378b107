import {
  addMatrices,
  createMatrix,
  frobeniusNorm,
  expandCore,
  joinColumns,
  jointSpan,
  multiply,
  multiplyByTranspose,
  scaleMatrix,
  sliceRows,
  subtractMatrices,
  svd,
  transpose,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';

/**
 * The minimizer of Σ_i ‖(X - t_i)·t_iᵀ‖² / ‖t_i‖² + ρ‖X‖² (Frobenius norms): of all merged updates the one that disturbs each task least on the inputs
 * that its own rows stand for (Cheng et al., "Whoever Started the Interference Should End It", 2025; they descend by 300 steps of Adam, this solves).
 * X = (Σ a_i·t_i·G_i)·(Σ a_i·G_i + ρ·1)⁻¹ with G_i = t_iᵀ·t_i and a_i = 1/‖t_i‖², in the joint row space of all updates.
 *
 * ρ is `ridge` times the mean eigenvalue T/q there, T updates and q dimensions. Depends on the updates alone, not on factors, nor on their order;
 * f(c·t) = c·f(t) (the published descent has an absolute step and is not so). One update comes back times 1/(1 + ridge) where its spectrum is flat,
 * and as it is without a ridge. Updates of zero do not count. Float64, `[out, in]`; the result has balanced factors and at most the joint rank.
 */
export function minimizeInterference(updates: readonly LowRank[], { ridge }: { readonly ridge: number }): LowRank {
  const span = jointSpan(updates);
  const tasks = normalize(span.cores);
  if (tasks.length === 0) return expandCore(span, span.cores[0]!);
  const q = span.columns;
  const rho = (ridge * tasks.length) / q;
  // With K = [K_1 … K_T], K_i = √a_i·M_iᵀ = U·diag(s)·V: X = Σ M_i·K_i·V_iᵀ · diag(s / (s² + ρ)) · Uᵀ. By the SVD of K and not of K·Kᵀ, whose condition
  // is squared: without a ridge half of the digits would go.
  const { u, singularValues, vt } = svd(
    joinColumns(
      tasks.map(({ key }) => key),
      q,
    ),
  );
  const v = transpose(vt);
  let offset = 0;
  let left = createMatrix(span.rows, singularValues.length);
  for (const { core, key } of tasks) {
    const end = offset + key.columns;
    left = addMatrices(left, multiply(multiply(core, key), sliceRows(v, offset, end)));
    offset = end;
  }
  const gains = singularValues.map((value) => value / (value * value + rho));
  for (let at = 0; at < left.data.length; at += 1) left.data[at]! *= gains[at % left.columns]!;
  return expandCore(span, multiplyByTranspose(left, u));
}

/** What is minimized, without the ridge: Σ_i ‖(X - t_i)·t_iᵀ‖² / ‖t_i‖². For tests and reports; 0 where nothing interferes. */
export function interferenceOf(merged: LowRank, updates: readonly LowRank[]): number {
  const { cores } = jointSpan([merged, ...updates]);
  const [x, ...rest] = cores;
  return normalize(rest).reduce((sum, { core, key }) => {
    return sum + frobeniusNorm(multiply(subtractMatrices(x!, core), key)) ** 2;
  }, 0);
}

interface Task {
  /** M_i, `[p, q]` */
  readonly core: Matrix;
  /** M_iᵀ / ‖M_i‖, `[q, p]` */
  readonly key: Matrix;
}

function normalize(cores: readonly Matrix[]): readonly Task[] {
  return cores.flatMap((core) => {
    const size = frobeniusNorm(core);
    if (size === 0) return [];
    return [{ core, key: scaleMatrix(transpose(core), 1 / size) }];
  });
}
