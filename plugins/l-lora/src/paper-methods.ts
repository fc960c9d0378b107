import type { AdapterMethodDefinition } from '@crucible/sdk';
import { PARTIAL_LINEARIZATION, TANGENT_SPACE, TASK_ARITHMETIC } from './references.js';

/** The paper's equation as it is written: the whole network's tangent in the adapter's factors. */
export const networkLinearizedMethod: AdapterMethodDefinition = {
  id: 'NETWORK_LINEARIZED',
  title: 'LoRA, network linearized',
  description:
    'The whole network’s first-order expansion in the adapter: f(φ0) + J·(φ − φ0). B alone is trained; adapters of one frame add up exactly in the function itself.',
  references: [PARTIAL_LINEARIZATION, TANGENT_SPACE],
  trainable: 'B',
  linearization: 'NETWORK',
};

/** What the paper compares adapters with. */
export const fullMethod: AdapterMethodDefinition = {
  id: 'FULL',
  title: 'Full fine-tuning',
  description: 'Trains the base’s own weights, all or those that the targets name; what is kept is their change.',
  references: [TASK_ARITHMETIC],
  trainable: 'WEIGHTS',
  linearization: 'NONE',
};

export const fullLinearizedMethod: AdapterMethodDefinition = {
  id: 'FULL_LINEARIZED',
  title: 'Full fine-tuning, linearized',
  description: 'Trains the base’s tangent f(θ0) + J(θ0)·Δθ in its own weights, all or those that the targets name.',
  references: [TANGENT_SPACE],
  trainable: 'WEIGHTS',
  linearization: 'NETWORK',
};
