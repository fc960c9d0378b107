import type { FusionContext } from '@crucible/sdk';
import { drawsFor, dropAtRandom, type MemberEntries, type VectorPlace } from '@crucible/sdk/elementwise';
import { keepProbabilities } from './keep-probabilities.js';
import type { DellaRules } from './presets.js';

/** MagPrune: drops at random, small entries of a row sooner than large ones. Density 1 drops nothing, whatever the window. */
export function pruneByRank(
  { member, values }: MemberEntries<{ readonly density: number; readonly epsilon: number }>,
  place: VectorPlace,
  { window, rescale }: DellaRules,
  { random }: Pick<FusionContext, 'random'>,
): Float32Array {
  const { density, epsilon } = member.options;
  if (density >= 1) return values;
  const probabilities = keepProbabilities(values, place, { density, epsilon, window });
  return dropAtRandom(values, probabilities, drawsFor(random, member, place), rescale);
}
