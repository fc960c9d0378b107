import type { AdapterMethodDefinition } from '@crucible/sdk';
import type { TrainingOptions } from '../entities/index.js';

/** How the engine trains a method. With B alone in a frame, A0 fixed, the layer is linear already: linearizing it module by module changes nothing. */
export function trainingMode({
  trainable,
  linearization,
}: Pick<AdapterMethodDefinition, 'trainable' | 'linearization'>): NonNullable<TrainingOptions['mode']> {
  if (trainable === 'WEIGHTS') return linearization === 'NETWORK' ? 'FULL_LINEARIZED' : 'FULL';
  if (linearization === 'NETWORK') return 'NETWORK_LINEARIZED';
  return trainable === 'B' ? 'L_LORA' : 'LORA';
}
