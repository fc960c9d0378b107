import { createKeyedRandom } from '../random/index.js';

/**
 * Which examples a step sees: epoch after epoch, each in an order of its own, batches running on across the border. Depends on the seed and the step
 * alone, so a training that is resumed sees what it would have seen.
 */
export function batchOrder(seed: number, examples: number, batchSize: number): (step: number) => Uint32Array {
  const random = createKeyedRandom(seed);
  let known = { epoch: -1, order: new Uint32Array(0) };
  const orderOf = (epoch: number): Uint32Array => {
    if (known.epoch !== epoch) known = { epoch, order: random.permutation(['batch-order', epoch], examples) };
    return known.order;
  };
  return (step) =>
    Uint32Array.from({ length: batchSize }, (_, i) => {
      const position = step * batchSize + i;
      return orderOf(Math.floor(position / examples))[position % examples]!;
    });
}
