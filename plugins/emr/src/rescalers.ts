import type { EmrRules } from './options.js';
import type { Masses } from './unify.js';

/** Of one adapter in one module: the masses of each vector, and how many entries it has. */
export interface MemberMasses {
  readonly position: number;
  readonly vectors: readonly (Masses & { readonly size: number })[];
}

/** λ_t = Σ|τ_t| / Σ|M_t∘τ_uni|; 1 where nothing is left to scale. */
export const quotient = ({ own, masked }: Masses): number => (masked === 0 ? 1 : own / masked);

/** Rescalers of all adapters by position, from the masses of all modules in their order. */
export function rescalersOf(
  observations: readonly (readonly MemberMasses[])[],
  adapterCount: number,
  { rescale }: Pick<EmrRules, 'rescale'>,
): readonly number[] {
  const totals = Array.from({ length: adapterCount }, () => ({ own: 0, masked: 0 }));
  for (const { position, vectors } of observations.flat()) {
    for (const { own, masked, size } of vectors) {
      const share = rescale === 'TENSOR_MEANS' ? 1 / size : 1;
      totals[position]!.own += own * share;
      totals[position]!.masked += masked * share;
    }
  }
  return totals.map(quotient);
}
