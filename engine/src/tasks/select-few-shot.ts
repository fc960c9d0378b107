import { createKeyedRandom, type RandomKey } from '../random/index.js';
import { taskErrors } from './errors.js';
import type { Examples } from './task.js';

/**
 * Positions of the first `shots` examples of each class in a random order that depends on `seed` and `key` alone; ascending. A class with fewer
 * examples gives all it has; more shots give a superset of fewer.
 */
export function selectFewShot(
  examples: Pick<Examples, 'count' | 'labels'>,
  shots: number,
  key: RandomKey,
  seed = 0,
): Uint32Array {
  if (!Number.isSafeInteger(shots) || shots < 1) throw taskErrors.shotsInvalid({ got: shots });
  const order = createKeyedRandom(seed).permutation(['few-shot', ...key], examples.count);
  const taken = new Map<number, number>();
  const selected = order.filter((position) => {
    const label = examples.labels[position]!;
    const count = (taken.get(label) ?? 0) + 1;
    taken.set(label, count);
    return count <= shots;
  });
  return selected.sort();
}

/** The examples at `positions`, in that order, in memory of their own. */
export function pickExamples(examples: Examples, positions: ArrayLike<number>): Examples {
  const { height, width, channels } = examples;
  const bytes = height * width * channels;
  const count = positions.length;
  const pixels = new Uint8Array(count * bytes);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    const position = positions[i]!;
    pixels.set(examples.pixels.subarray(position * bytes, (position + 1) * bytes), i * bytes);
    labels[i] = examples.labels[position]!;
  }
  return { count, height, width, channels, pixels, labels };
}
