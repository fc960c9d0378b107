import { tiesErrors } from './errors.js';
import type { TiesState } from './global-state.js';
import type { TiesOptions } from './options.js';

/** @throws TIES_DENSITIES_MISMATCH */
export function startState({ densities }: TiesOptions, adapterCount: number): TiesState {
  if (densities !== undefined && densities.length !== adapterCount) {
    throw tiesErrors.densitiesMismatch({ got: densities.length, expected: adapterCount });
  }
  return { adapters: Array.from({ length: adapterCount }, () => ({})) };
}
