import { expect, it } from 'vitest';
import { makeHead } from './make-head.js';

it('makes unit rows that point to the means of unit embeddings, whatever their lengths', () => {
  const embeddings = Float32Array.of(2, 0, 0, 0.5, 5, 5, 0, 0, 0, 0, 3, 0, 0, 0, 0.1, 0);
  // Images 0 and 1 are of class 0 and point to x and to (w, x, y)…; class 1 points to z twice.
  const head = makeHead('toy', 'a'.repeat(64), embeddings, Int32Array.of(0, 0, 1, 1), 2, 4);
  const [first, second] = [head.weight.slice(0, 4), head.weight.slice(4)];
  const a = [2 / Math.hypot(2, 0.5), 0, 0, 0.5 / Math.hypot(2, 0.5)];
  const b = [Math.SQRT1_2, Math.SQRT1_2, 0, 0];
  const sum = a.map((value, i) => value + b[i]!);
  const length = Math.hypot(...sum);
  for (let i = 0; i < 4; i += 1) expect(first[i]).toBeCloseTo(sum[i]! / length, 6);
  expect([...second]).toEqual([0, 0, 1, 0]);
  // The classes are told apart wholly, so the sharpest scale has the least loss.
  expect(head.logitScale).toBe(50);
});
