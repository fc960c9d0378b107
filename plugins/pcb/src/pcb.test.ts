import { createKeyedRandom } from '@crucible/engine/random';
import { fuseMatrices, type TestMatrix } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { pcb } from './index.js';

const draw = (seed: number, rows: number, columns: number): TestMatrix => ({
  rows,
  columns,
  data: createKeyedRandom(seed).normal(['x'], rows * columns),
});

/** The method in float64 by sorting, on whole vectors: an independent restatement of the published code's formulas. */
function restate(
  vectors: readonly (readonly number[])[],
  { density, lambda, tail }: { density: number; lambda: number; tail: number },
): readonly number[] {
  const n = vectors.length;
  const d = vectors[0]!.length;
  const ascending = (values: readonly number[]): readonly number[] => values.toSorted((x, y) => x - y);
  const parts = vectors.map((own) => {
    const sorted = ascending(own.map(Math.abs));
    const [low, high] = [sorted[Math.trunc(d * tail)]!, sorted[Math.trunc(d * (1 - tail) - 1)]!];
    const clamped = own.map((x) => Math.min(Math.max(Math.abs(x), low), high));
    const scores = own.map((x, i) => {
      const total = vectors.reduce((sum, other) => sum + other[i]!, 0);
      return Math.exp(n * ((clamped[i]! - low) / (high - low)) ** 2) * Math.tanh(x * total);
    });
    const threshold = ascending(scores)[Math.trunc(d * (1 - density))]!;
    const most = Math.max(...scores);
    return {
      values: own.map((x, i) => Math.sign(x) * clamped[i]!),
      shares: scores.map((score) => (Math.max(score, threshold) - threshold) / (most - threshold)),
    };
  });
  return vectors[0]!.map((_, i) => {
    const shares = parts.reduce((sum, part) => sum + part.shares[i]!, 0);
    const sum = parts.reduce((total, part) => total + part.values[i]! * part.shares[i]!, 0);
    return (lambda * sum) / Math.max(shares, 1e-12);
  });
}

const shapes = [
  [20, 30],
  [40, 10],
  [1, 50],
] as const;
const tensors = shapes.map(([rows, columns], s) => [1, 2, 3].map((seed) => draw(10 * s + seed, rows, columns)));
const modules = new Map(tensors.map((members, s) => [`m${s}`, members]));
const difference = (got: readonly number[], expected: readonly number[]): number =>
  Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)));

describe.each([
  { density: 0.1, lambda: 1.2, tail: 0.0001 },
  { density: 0.4, lambda: 1, tail: 0.05 },
  { density: 1, lambda: 1, tail: 0 },
])('%j', (options) => {
  it('GLOBAL is the published formula on all modules as one vector, to 1e-5', async () => {
    const fused = await fuseMatrices({ strategy: pcb, options, modules });
    const whole = [0, 1, 2].map((m) => tensors.flatMap((members) => [...members[m]!.data]));
    const got = [...fused.values()].flatMap(([values]) => [...values!]);
    expect(difference(got, restate(whole, options))).toBeLessThan(1e-5);
  });

  it('TENSOR is the published formula on each, to 1e-5', async () => {
    const fused = await fuseMatrices({ strategy: pcb, options: { ...options, scope: 'TENSOR' }, modules });
    tensors.forEach((members, s) => {
      const expected = restate(
        members.map(({ data }) => [...data]),
        options,
      );
      expect(difference([...fused.get(`m${s}`)![0]!], expected)).toBeLessThan(1e-5);
    });
  });
});

describe('laws', () => {
  it('identical adapters keep their largest entries, times λ', async () => {
    const [one] = tensors[0]!;
    const options = { density: 0.2, lambda: 1, tail: 0 };
    const [got] = (await fuseMatrices({ strategy: pcb, options, modules: new Map([['m', [one!, one!]]]) })).get('m')!;
    const kept = [...got!].filter((value) => value !== 0);
    expect(kept.length).toBeLessThanOrEqual(0.2 * one!.data.length);
    expect(got!.every((value, i) => value === 0 || Math.abs(value - one!.data[i]!) < 1e-6)).toBe(true);
  });

  it('does not overflow with 256 tasks', async () => {
    const members = Array.from({ length: 256 }, (_, seed) => draw(seed, 4, 5));
    const [got] = (await fuseMatrices({ strategy: pcb, modules: new Map([['m', members]]) })).get('m')!;
    expect(got!.every(Number.isFinite)).toBe(true);
  });

  it('zeros stay zeros', async () => {
    const zero = { rows: 2, columns: 3, data: new Float32Array(6) };
    for (const scope of ['GLOBAL', 'TENSOR']) {
      const fused = await fuseMatrices({ strategy: pcb, options: { scope }, modules: new Map([['m', [zero, zero]]]) });
      expect([...fused.get('m')![0]!]).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });
});
