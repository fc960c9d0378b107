import { defineError } from '@crucible/engine/errors';

export const lLoraErrors = {
  weightsCancel: defineError({
    code: 'L_LORA_WEIGHTS_CANCEL',
    summary: 'The weights of a mean add up to 0.',
    remedy: 'Give weights with another sum, or normalize: SUM, which does not divide by it.',
    message: (d: { weights: readonly number[] }) =>
      `the weights [${d.weights.join(', ')}] add up to 0, and a mean divides by their sum`,
  }),
};
