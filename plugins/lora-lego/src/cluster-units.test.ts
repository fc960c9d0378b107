import { createMatrix, multiplyByTranspose, type Matrix } from '@crucible/engine/algebra';
import { createKeyedRandom } from '@crucible/engine/random';
import { randomMatrix } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { clusterUnits, type Clusters } from './cluster-units.js';

const random = createKeyedRandom(3);
const draw = (restart: number, step: number, unit: number): number => random.uniform([restart, step], 1, unit)[0]!;
const cluster = (points: Matrix, count: number, restarts = 16): Promise<Clusters> =>
  clusterUnits(multiplyByTranspose(points, points), { count, restarts, draw });

/** Σ of squared distances from the centroids, by its definition on the points themselves. */
function spreadOf({ rows, columns, data }: Matrix, assignment: ArrayLike<number>, count: number): number {
  let spread = 0;
  for (let c = 0; c < count; c += 1) {
    const own = Array.from({ length: rows }, (_, i) => i).filter((i) => assignment[i] === c);
    for (let j = 0; j < columns; j += 1) {
      const mean = own.reduce((sum, i) => sum + data[i * columns + j]!, 0) / own.length;
      for (const i of own) spread += (data[i * columns + j]! - mean) ** 2;
    }
  }
  return spread;
}

/** Every way to put points into clusters. */
function* allAssignments(points: number, count: number): Generator<readonly number[]> {
  const assignment = Array.from({ length: points }, () => 0);
  for (let code = 0; code < count ** points; code += 1) {
    let rest = code;
    for (let i = 0; i < points; i += 1) {
      assignment[i] = rest % count;
      rest = Math.floor(rest / count);
    }
    if (new Set(assignment).size === count) yield assignment;
  }
}

describe('k-means from inner products', () => {
  it.each([
    [7, 2],
    [7, 3],
    [6, 4],
  ] as const)('finds the best of all partitions of %i points into %i', async (count, clusters) => {
    for (const key of ['p', 'q', 'r']) {
      const points = randomMatrix(`${key}-${count}`, count, 3);
      let best = Infinity;
      for (const assignment of allAssignments(count, clusters)) {
        best = Math.min(best, spreadOf(points, assignment, clusters));
      }
      const found = await cluster(points, clusters, 64);
      expect(found.count).toBe(clusters);
      expect(found.spread / best - 1).toBeLessThan(1e-9);
    }
  });

  it('reports the spread of what it returns', async () => {
    const points = randomMatrix('spread', 30, 8);
    const { assignment, count, spread } = await cluster(points, 5, 1);
    expect(Math.abs(spread / spreadOf(points, assignment, count) - 1)).toBeLessThan(1e-10);
  });

  it('no unit is closer to the centroid of another cluster', async () => {
    const points = randomMatrix('local', 40, 4);
    const { assignment, count } = await cluster(points, 6, 1);
    const centroids = createMatrix(count, 4);
    const sizes = Array.from({ length: count }, () => 0);
    assignment.forEach((c, i) => {
      sizes[c]! += 1;
      for (let j = 0; j < 4; j += 1) centroids.data[c * 4 + j]! += points.data[i * 4 + j]!;
    });
    const squared = (i: number, c: number): number =>
      [0, 1, 2, 3].reduce((sum, j) => sum + (points.data[i * 4 + j]! - centroids.data[c * 4 + j]! / sizes[c]!) ** 2, 0);
    assignment.forEach((own, i) => {
      for (let c = 0; c < count; c += 1) expect(squared(i, own)).toBeLessThan(squared(i, c) + 1e-9);
    });
  });

  it('gives as many clusters as there are different points, each with its copies', async () => {
    const three = randomMatrix('copies', 3, 5);
    const points = createMatrix(9, 5, Float64Array.from([...three.data, ...three.data, ...three.data]));
    const { assignment, count, spread } = await cluster(points, 6);
    expect([count, [...assignment]]).toEqual([3, [0, 1, 2, 0, 1, 2, 0, 1, 2]]);
    expect(spread).toBeLessThan(1e-12);
  });

  it('gives every point a cluster of its own where as many are asked for, and one cluster for one', async () => {
    const points = randomMatrix('own', 8, 3);
    expect([...(await cluster(points, 8)).assignment]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...(await cluster(points, 20)).assignment]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set((await cluster(points, 1)).assignment).size).toBe(1);
  });

  it('spreads less, or as much, with every further start', async () => {
    const points = randomMatrix('starts', 60, 6);
    const spreads: number[] = [];
    for (const restarts of [1, 2, 4, 8]) spreads.push((await cluster(points, 7, restarts)).spread);
    expect(spreads).toEqual(spreads.toSorted((x, y) => y - x));
  });
});
