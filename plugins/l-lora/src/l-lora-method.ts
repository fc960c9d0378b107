import type { AdapterMethodDefinition } from '@crucible/sdk';
import { PARTIAL_LINEARIZATION, TANGENT_SPACE } from './references.js';

/**
 * Each adapted layer is linearized around φ0 = (A0, B0 = 0), where the tangent is y = W·x + s·B·A0·x: so B alone is trained and A0, the frame,
 * stays (paper.md 1.3). Adapters of one frame then add up without cross terms, at unchanged rank.
 */
export const lLoraMethod: AdapterMethodDefinition = {
  id: 'L_LORA',
  title: 'L-LoRA',
  description: 'LoRA linearized layer by layer around its initialization: A stays the frame’s A0, B alone is trained.',
  references: [PARTIAL_LINEARIZATION, TANGENT_SPACE],
  trainable: 'B',
  linearization: 'MODULE',
};
