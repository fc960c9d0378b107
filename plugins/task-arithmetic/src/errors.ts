import { defineError } from '@crucible/engine/errors';

export const taskArithmeticErrors = {
  weightsCancel: defineError({
    code: 'AVERAGE_WEIGHTS_CANCEL',
    summary: 'The weights of an average add up to 0.',
    remedy: 'Give weights with another sum, or use task arithmetic, which does not divide by it.',
    message: (d: { weights: readonly number[] }) =>
      `the weights [${d.weights.join(', ')}] add up to 0, and an average divides by their sum`,
  }),
};
