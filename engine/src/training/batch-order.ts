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

/**
 * The same over parts that share no batch: batch after batch of another part in turn, each part in an order of its own. With one part it is `batchOrder`.
 */
export function partOrder(seed: number, parts: readonly number[], batchSize: number): (batch: number) => Uint32Array {
  if (parts.length === 1) return batchOrder(seed, parts[0]!, batchSize);
  const begins = parts.map((_, part) => parts.slice(0, part).reduce((sum, count) => sum + count, 0));
  const orders = parts.map((count, part) => batchOrder(seed + part, count, Math.min(batchSize, count)));
  return (batch) => {
    const part = batch % parts.length;
    return orders[part]!(Math.floor(batch / parts.length)).map((index) => index + begins[part]!);
  };
}
