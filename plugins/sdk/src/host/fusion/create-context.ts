import { createKeyedRandom } from '@crucible/engine/random';
import type { FusionContext } from '../../contract/context.js';

export function createContext(parts: Pick<FusionContext, 'tf' | 'signal' | 'seed' | 'log'>): FusionContext {
  return Object.freeze({ ...parts, random: createKeyedRandom(parts.seed) });
}
