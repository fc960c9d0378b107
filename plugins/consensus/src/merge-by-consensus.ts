import { makeEntries } from '@crucible/sdk/elementwise';

export interface ConsensusMember {
  /** Times its weight. */
  readonly values: Float32Array;
  readonly maskLambda: number;
}

/**
 * λ·τ, τ = Σ τ_t, at the places that are used by `minTasks` adapters or more; 0 elsewhere. Adapter t uses a place where |τ_t| ≥ λ_t·|τ - τ_t|: what it brings
 * there is no smaller than λ_t times what the others make of it (TALL masks; Wang et al., arXiv 2405.07813, equations 5 and 6). Sums are float64,
 * rounded once. An adapter that lacks the module uses no place at which the others have anything.
 */
export function mergeByConsensus(
  members: readonly ConsensusMember[],
  { lambda, minTasks }: { readonly lambda: number; readonly minTasks: number },
): Float32Array {
  return makeEntries(members[0]?.values.length ?? 0, (at) => {
    let sum = 0;
    for (const { values } of members) sum += values[at]!;
    let users = 0;
    for (const { values, maskLambda } of members) {
      const own = values[at]!;
      if (Math.abs(own) >= maskLambda * Math.abs(sum - own)) users += 1;
    }
    return users >= minTasks ? lambda * sum : 0;
  });
}
