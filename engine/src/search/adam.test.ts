import { describe, expect, it } from 'vitest';
import { createAdam } from './adam.js';

describe('Adam', () => {
  // Algorithm 1 of the paper by hand: after one step m̂ = g and v̂ = g², whatever the constants.
  it('steps by the rate against the sign of the first gradient', () => {
    const [up, down] = createAdam(2, { learningRate: 0.1 }).step([1, 1], [3, -0.02]);
    expect(up).toBeCloseTo(0.9, 8);
    expect(down).toBeCloseTo(1.1, 6);
  });

  // The second step by hand: m̂ = (0.9·0.1·1 + 0.1·3) / 0.19, v̂ = (0.999·0.001·1 + 0.001·9) / 0.001999.
  it('corrects the bias of its means', () => {
    const adam = createAdam(1, { learningRate: 0.1, epsilon: 0 });
    const first = adam.step([0], [1]);
    const [x] = adam.step(first, [3]);
    expect(x).toBeCloseTo(-0.1 - (0.1 * (0.39 / 0.19)) / Math.sqrt(0.009999 / 0.001999), 12);
  });

  it.each([[[3, -2]], [[100, 0.01]]])('finds the minimum of a quadratic of condition 10⁴ from %j', (start) => {
    const adam = createAdam(2, { learningRate: 0.05 });
    let point: readonly number[] = start;
    for (let i = 0; i < 20_000; i += 1) point = adam.step(point, [2 * (point[0]! - 1), 2e4 * (point[1]! + 1)]);
    expect(point[0]).toBeCloseTo(1, 3);
    expect(point[1]).toBeCloseTo(-1, 3);
  });

  it('stays where the gradient is nought', () => {
    expect(createAdam(1, { learningRate: 1 }).step([0.3], [0])).toEqual([0.3]);
  });
});
