import type { Matrix } from '@crucible/engine/algebra';
import type { Turn } from './take-turns.js';

export interface Clusters {
  /** Cluster of each unit, numbered in the order of their first units. */
  readonly assignment: Int32Array;
  readonly count: number;
  /** Σ of squared distances of units from their centroids. */
  readonly spread: number;
}

export interface ClusterOptions {
  readonly count: number;
  readonly restarts: number;
  /** Awaited between steps, for whoever must hear of an abort. */
  readonly turn?: Turn;
  /** A number in [0, 1) for a unit in a step of a start; a unit's numbers must not depend on the other units. */
  draw(restart: number, step: number, unit: number): number;
}

const MAX_ITERATIONS = 100;
/** Squared distances below this share of the points' own norms are rounding: such points are one. */
const SAME = 1e-12;

/**
 * k-means of points that are given by their inner products `[n, n]` alone: assignments, centroids and spread are functions of them, so that a step
 * costs n² and not n·k·(in + out). Starts by k-means++ (Arthur and Vassilvitskii, 2007), whose choices are races of keyed draws and do not depend on
 * the order of the points; Lloyd's iteration to the end; of all starts the one with the least spread. No cluster is empty: there are as many as
 * asked for, or as many as there are different points.
 */
export async function clusterUnits(products: Matrix, options: ClusterOptions): Promise<Clusters> {
  let best: Clusters | undefined;
  for (let restart = 0; restart < options.restarts; restart += 1) {
    const found = await iterate(products, await start(products, options, restart), options.turn);
    if (best === undefined || found.spread < best.spread) best = found;
  }
  return best!;
}

/** Units that the clusters begin with. */
async function start(
  { rows: n, data }: Matrix,
  { count, draw, turn }: ClusterOptions,
  restart: number,
): Promise<readonly number[]> {
  const nearest = new Float64Array(n).fill(1);
  const centers: number[] = [];
  while (centers.length < Math.min(count, n)) {
    await turn?.();
    let winner = -1;
    let least = Infinity;
    for (let unit = 0; unit < n; unit += 1) {
      if (nearest[unit] === 0) continue;
      // A race: the first of exponential times with these rates, so each wins in proportion to its squared distance.
      const time = -Math.log1p(-draw(restart, centers.length, unit)) / nearest[unit]!;
      if (time < least) [least, winner] = [time, unit];
    }
    if (winner < 0) break;
    const first = centers.length === 0;
    centers.push(winner);
    for (let unit = 0; unit < n; unit += 1) {
      const own = data[unit * n + unit]! + data[winner * n + winner]!;
      const distance = own - 2 * data[unit * n + winner]!;
      const squared = distance > SAME * own ? distance : 0;
      nearest[unit] = first ? squared : Math.min(nearest[unit]!, squared);
    }
  }
  return centers;
}

async function iterate(products: Matrix, centers: readonly number[], turn: Turn | undefined): Promise<Clusters> {
  const { rows: n, data } = products;
  const count = centers.length;
  let assignment = new Int32Array(n).fill(-1);
  // Inner products of each unit with each centroid, and of each centroid with itself.
  let onCentroid = new Float64Array(n * count);
  let ofCentroid = Float64Array.from(centers, (center) => data[center * n + center]!);
  for (let unit = 0; unit < n; unit += 1) {
    centers.forEach((center, c) => (onCentroid[unit * count + c] = data[unit * n + center]!));
  }
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration += 1) {
    await turn?.();
    const next = assign(n, count, onCentroid, ofCentroid);
    fillEmpty(next, count, data, onCentroid, ofCentroid);
    const settled = next.every((cluster, unit) => cluster === assignment[unit]);
    assignment = next;
    if (settled) break;
    ({ onCentroid, ofCentroid } = project(products, assignment, count));
  }
  return renumber(assignment, count, spreadOf(data, assignment, onCentroid, ofCentroid, count));
}

function assign(n: number, count: number, onCentroid: Float64Array, ofCentroid: Float64Array): Int32Array<ArrayBuffer> {
  const assignment = new Int32Array(n);
  for (let unit = 0; unit < n; unit += 1) {
    let least = Infinity;
    for (let c = 0; c < count; c += 1) {
      // The unit's own square is the same for all.
      const distance = ofCentroid[c]! - 2 * onCentroid[unit * count + c]!;
      if (distance < least) [least, assignment[unit]] = [distance, c];
    }
  }
  return assignment;
}

/** Gives a cluster without units the one that lies farthest from its centroid, of those that are not alone. */
function fillEmpty(
  assignment: Int32Array,
  count: number,
  data: Float64Array,
  onCentroid: Float64Array,
  ofCentroid: Float64Array,
): void {
  const sizes = new Int32Array(count);
  for (const cluster of assignment) sizes[cluster]! += 1;
  for (let empty = 0; empty < count; empty += 1) {
    if (sizes[empty] !== 0) continue;
    let farthest = -1;
    let most = -Infinity;
    assignment.forEach((cluster, unit) => {
      const distance = distanceOf(unit, cluster, data, assignment.length, onCentroid, ofCentroid, count);
      if (sizes[cluster]! > 1 && distance > most) [most, farthest] = [distance, unit];
    });
    sizes[assignment[farthest]!]! -= 1;
    assignment[farthest] = empty;
    sizes[empty] = 1;
  }
}

function distanceOf(
  unit: number,
  cluster: number,
  data: Float64Array,
  n: number,
  onCentroid: Float64Array,
  ofCentroid: Float64Array,
  count: number,
): number {
  return data[unit * n + unit]! - 2 * onCentroid[unit * count + cluster]! + ofCentroid[cluster]!;
}

function project(
  { rows: n, data }: Matrix,
  assignment: Int32Array,
  count: number,
): { onCentroid: Float64Array<ArrayBuffer>; ofCentroid: Float64Array<ArrayBuffer> } {
  const sizes = new Int32Array(count);
  for (const cluster of assignment) sizes[cluster]! += 1;
  const onCentroid = new Float64Array(n * count);
  for (let unit = 0; unit < n; unit += 1) {
    for (let other = 0; other < n; other += 1) {
      onCentroid[unit * count + assignment[other]!]! += data[unit * n + other]!;
    }
    for (let c = 0; c < count; c += 1) onCentroid[unit * count + c]! /= sizes[c]!;
  }
  const ofCentroid = new Float64Array(count);
  assignment.forEach(
    (cluster, unit) => (ofCentroid[cluster]! += onCentroid[unit * count + cluster]! / sizes[cluster]!),
  );
  return { onCentroid, ofCentroid };
}

function spreadOf(
  data: Float64Array,
  assignment: Int32Array,
  onCentroid: Float64Array,
  ofCentroid: Float64Array,
  count: number,
): number {
  let spread = 0;
  assignment.forEach((cluster, unit) => {
    spread += Math.max(0, distanceOf(unit, cluster, data, assignment.length, onCentroid, ofCentroid, count));
  });
  return spread;
}

function renumber(assignment: Int32Array, count: number, spread: number): Clusters {
  const numbers = new Map<number, number>();
  const renumbered = assignment.map((cluster) => {
    if (!numbers.has(cluster)) numbers.set(cluster, numbers.size);
    return numbers.get(cluster)!;
  });
  return { assignment: renumbered, count, spread };
}
