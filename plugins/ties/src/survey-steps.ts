import type { TiesOptions } from './options.js';
import { resolveOptions } from './presets.js';

/** HIGH and LOW find the global thresholds by the two halves of the magnitude's bits; SIGNS sums the elected signs. */
export type SurveyStep = 'HIGH' | 'LOW' | 'SIGNS';

/** What must be known of all modules before one can be fused: nothing where trim and election are local. */
export function surveySteps(options: TiesOptions): readonly SurveyStep[] {
  const { trimScope, zeroSign } = resolveOptions(options);
  const trims = trimScope === 'GLOBAL' && (options.densities ?? [options.density]).some((density) => density < 1);
  return [...(trims ? (['HIGH', 'LOW'] as const) : []), ...(zeroSign === 'PLUS' ? [] : (['SIGNS'] as const))];
}

/** The density of the adapter at a position. */
export const densityOf = ({ density, densities }: TiesOptions, position: number): number =>
  densities?.[position] ?? density;
