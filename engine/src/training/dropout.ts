import type { KeyedRandom } from '../random/index.js';
import type { Draw } from './trainee.js';

/**
 * Inverted dropout (Srivastava et al. 2014): each entry is 0 with the given probability and otherwise 1 / (1 − probability), so that its mean is 1. As in
 * PEFT it falls on the input of an adapter's path alone, never on the base's. The mask depends on seed, step, part and module, and on nothing that was
 * drawn before: value and tangent of one pass share it (paper.md 1.2), and so does a training that was resumed.
 */
export function dropoutMask(
  random: KeyedRandom,
  probability: number,
  { step, part }: Draw,
  module: string,
  size: number,
): Float32Array {
  const kept = 1 / (1 - probability);
  return random.uniform(['dropout', step, part, module], size).map((u) => (u < probability ? 0 : kept));
}
