import { expect, it } from 'vitest';
import { createMoments, stepAdamW } from './adamw.js';
import { batchOrder } from './batch-order.js';
import { learningRateAt } from './schedule.js';

it('rises linearly, then falls as half a cosine', () => {
  const schedule = { learningRate: 2, steps: 12, warmup: 4 };
  const rates = Array.from({ length: 12 }, (_, step) => learningRateAt(schedule, step));
  expect(rates.slice(0, 5)).toEqual([0.5, 1, 1.5, 2, 2]);
  expect(rates[8]).toBeCloseTo(1, 12);
  expect(rates[11]).toBeCloseTo(1 + Math.cos((7 / 8) * Math.PI), 12);
});

// torch 2: p = [1, -2], g = [0.5, -0.25], lr 0.1, wd 0.01: the first step is lr · sign(g) after the decay.
it('takes a first step of the rate itself, after the decay', () => {
  const values = Float32Array.of(1, -2);
  stepAdamW(values, [0.5, -0.25], createMoments(2), 1, { learningRate: 0.1, weightDecay: 0.01 });
  expect(values[0]).toBeCloseTo(0.999 - 0.1, 6);
  expect(values[1]).toBeCloseTo(-1.998 + 0.1, 6);
});

it('shows every example once an epoch, whatever the batch size', () => {
  for (const batchSize of [3, 7, 10]) {
    const order = batchOrder(1, 10, batchSize);
    const seen = Array.from({ length: 30 }, (_, step) => [...order(step)]).flat();
    for (let epoch = 0; epoch + 1 <= Math.floor(seen.length / 10); epoch += 1) {
      expect(seen.slice(epoch * 10, epoch * 10 + 10).toSorted((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  }
  expect([...batchOrder(1, 10, 10)(0)]).not.toEqual([...batchOrder(1, 10, 10)(1)]);
  expect([...batchOrder(1, 10, 4)(7)]).toEqual([...batchOrder(1, 10, 4)(7)]);
});
