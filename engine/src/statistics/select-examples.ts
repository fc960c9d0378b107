import { createKeyedRandom } from '../random/index.js';
import { pickExamples, type Examples } from '../tasks/index.js';
import { statisticsErrors } from './errors.js';

/** So many examples, chosen by the seed, in the split's order; more are a superset of fewer. All of them where the split has no more. */
export function selectExamples(examples: Examples, count: number, seed: number): Examples {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw statisticsErrors.examplesInvalid({ got: count, available: examples.count });
  }
  if (count >= examples.count) return examples;
  const order = createKeyedRandom(seed).permutation(['statistics'], examples.count);
  return pickExamples(examples, order.slice(0, count).sort());
}
