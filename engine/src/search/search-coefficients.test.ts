import { createKeyedRandom } from '../random/index.js';
import { describe, expect, it } from 'vitest';
import { CmaEs } from './cma-es.js';
import { reflect } from './reflect.js';
import { searchCoefficients } from './search-coefficients.js';
import { symmetricEigen } from './symmetric-eigen.js';

type Objective = (x: readonly number[]) => number;
const sphere: Objective = (x) => x.reduce((sum, v) => sum + v * v, 0);
const ellipsoid: Objective = (x) => x.reduce((sum, v, i) => sum + 10 ** ((4 * i) / (x.length - 1)) * v * v, 0);
const rosenbrock: Objective = (x) =>
  x.slice(1).reduce((sum, v, i) => sum + 100 * (v - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);

async function minimize(objective: Objective, dimension: number, budget: number, seed = 0, bound = 1.5) {
  const random = createKeyedRandom(seed);
  const points: (readonly number[])[] = [];
  const best = await searchCoefficients(
    async (point) => {
      points.push(point);
      return objective(point);
    },
    {
      start: Array.from({ length: dimension }, () => -0.7),
      sigma: 0.3,
      bound,
      budget,
      normals: (generation, count) => random.normal(['test', generation], count),
      signal: new AbortController().signal,
    },
  );
  return { best, points };
}

describe('CMA-ES on functions whose minimum is known', () => {
  it.each([
    ['sphere', 2, 300, sphere, 1e-8],
    ['sphere', 7, 1000, sphere, 1e-6],
    ['ellipsoid of condition 1e4', 5, 1500, ellipsoid, 1e-6],
    ['Rosenbrock', 2, 1000, rosenbrock, 1e-10],
    ['Rosenbrock', 5, 3000, rosenbrock, 1e-10],
  ])('%s of %d dimensions within %d evaluations', async (_, dimension, budget, objective, tolerance) => {
    for (const seed of [0, 1, 2]) {
      const { best } = await minimize(objective, dimension, budget, seed);
      expect(best.value).toBeLessThan(tolerance);
    }
  });

  it('finds a minimum on the bound, and never leaves it', async () => {
    const { best, points } = await minimize((x) => (x[0]! - 9) ** 2 + (x[1]! + 9) ** 2, 2, 400);
    expect(best.point[0]).toBeCloseTo(1.5, 3);
    expect(best.point[1]).toBeCloseTo(-1.5, 3);
    expect(points.flat().every((x) => Math.abs(x) <= 1.5)).toBe(true);
  });

  it('takes a start outside the bounds as its mirror image inside', async () => {
    const { best, points } = await minimize(sphere, 2, 300, 0, 0.5);
    points[0]!.forEach((x) => expect(x).toBeCloseTo(-0.3, 12));
    expect(best.value).toBeLessThan(1e-6);
  });

  it('one dimension, and a flat function, which teaches nothing and breaks nothing', async () => {
    expect((await minimize(sphere, 1, 100)).best.value).toBeLessThan(1e-6);
    const flat = await minimize(() => 1, 3, 500);
    expect(flat.points.flat().every(Number.isFinite)).toBe(true);
    expect(flat.best.point).toEqual([-0.7, -0.7, -0.7]);
  });
});

describe('the budget', () => {
  it.each([1, 2, 3, 9, 10, 11, 40, 41])('of %d is met exactly, the start first', async (budget) => {
    const { points } = await minimize(sphere, 7, budget);
    expect(points).toHaveLength(budget);
    expect(points[0]).toEqual(Array(7).fill(-0.7));
  });
});

it('the same normal numbers give the same points, others give others', async () => {
  const [a, b, c] = [
    await minimize(rosenbrock, 4, 60, 5),
    await minimize(rosenbrock, 4, 60, 5),
    await minimize(rosenbrock, 4, 60, 6),
  ];
  expect(b.points).toEqual(a.points);
  expect(c.points).not.toEqual(a.points);
});

it('learns the scale of each axis', () => {
  const strategy = new CmaEs([0.5, 0.5], 0.2);
  const random = createKeyedRandom(3);
  for (let generation = 0; generation < 100; generation += 1) {
    const points = strategy.ask(random.normal(['axes', generation], strategy.parameters.population * 2));
    strategy.tell(points.map((point) => ({ point, value: point[0]! ** 2 + 1e6 * point[1]! ** 2 })));
  }
  const drawn = strategy.ask(random.normal(['drawn'], 2000));
  const spread = (axis: number): number =>
    Math.sqrt(drawn.reduce((sum, point) => sum + (point[axis]! - strategy.mean[axis]!) ** 2, 0));
  expect(spread(0) / spread(1)).toBeGreaterThan(100);
});

describe('reflect', () => {
  it.each([
    [0.4, 0.4],
    [1.5, 1.5],
    [1.7, 1.3],
    [-1.7, -1.3],
    [4.6, -1.4],
    [-7.6, -1.4],
    [1e9 + 0.25, reflect(1e9 + 0.25, 1.5)],
  ])('%d folds to %d', (x, expected) => {
    expect(reflect(x, 1.5)).toBeCloseTo(expected, 10);
    expect(Math.abs(reflect(x, 1.5))).toBeLessThanOrEqual(1.5);
  });
});

it('symmetricEigen: V·diag(values)·Vᵀ is the matrix and V is orthonormal, to 1e-12', () => {
  const n = 12;
  const random = createKeyedRandom(1).normal(['matrix'], n * n);
  const matrix = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_v, j) => random[i * n + j]! + random[j * n + i]!),
  );
  const { values, vectors } = symmetricEigen(matrix);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      const rebuilt = vectors.reduce((sum, v, k) => sum + values[k]! * v[i]! * v[j]!, 0);
      const inner = vectors[i]!.reduce((sum, x, k) => sum + x * vectors[j]![k]!, 0);
      expect(rebuilt).toBeCloseTo(matrix[i]![j]!, 12);
      expect(inner).toBeCloseTo(i === j ? 1 : 0, 12);
    }
  }
});
