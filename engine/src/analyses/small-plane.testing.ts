import { imageEncoder, type TensorFlow } from '../models/index.js';
import {
  calculus64,
  deltas64,
  embed64,
  logProbabilities64,
  randomHead,
  randomImages,
  randomUpdates,
  tinyVisionModel,
} from '../models/float64-tower.testing.js';
import type { LowRankUpdate, LowRankUpdates } from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';
import { imageSubject, type Subject } from './subject.js';

export const layerPart = (index: number, part: string): string => `vision_model.encoder.layers.${index}.${part}`;

const SIZES: Readonly<Record<string, readonly [number, number]>> = { fc1: [12, 8], fc2: [8, 12] };
const shapeOf = (name: string) => {
  const [out, inputs] = SIZES[name.split('.').at(-1)!] ?? [8, 8];
  return { name, out, in: inputs };
};

export const model = tinyVisionModel();

/** Values and outputs of both layers, as in the demo. */
export const VALUES = [0, 1].flatMap((layer) =>
  ['v_proj', 'out_proj'].map((part) => layerPart(layer, `self_attn.${part}`)),
);

export const vectorsOn = (modules: readonly string[]): readonly [LowRankUpdates, LowRankUpdates] => [
  randomUpdates(11, modules.map(shapeOf)),
  randomUpdates(12, modules.map(shapeOf)),
];

/** Both with the A of the first. */
export function vectorsOfOneFrame(modules: readonly string[]): readonly [LowRankUpdates, LowRankUpdates] {
  const [first, second] = vectorsOn(modules);
  return [first, new Map([...second].map(([name, update]) => [name, { ...update, a: first.get(name)!.a }]))];
}

export const frameOf = (updates: LowRankUpdates, seed = 5): ReadonlyMap<string, Float32Array> => {
  const random = createKeyedRandom(seed);
  return new Map([...updates].map(([name, { a }]) => [name, random.normal([name], a.length).map((x) => 0.4 * x)]));
};

/** Two tasks of 9 and 7 images, with heads of their own. */
export const tasks = [
  { name: 'first', examples: randomImages(1, 9), head: randomHead(2) },
  { name: 'second', examples: randomImages(3, 7), head: randomHead(4) },
] as const;

export const subjectsOf = (tf: TensorFlow): readonly [Subject, Subject] => [
  imageSubject({ tf, encoder: imageEncoder(model), ...tasks[0] }),
  imageSubject({ tf, encoder: imageEncoder(model), ...tasks[1] }),
];

/** θ0 + Σ λ_j τ_j as one dense update of each module. */
export type Combine = (coefficients: readonly number[]) => ReadonlyMap<string, Float64Array>;

export const addDeltas =
  (vectors: readonly LowRankUpdates[]): Combine =>
  (coefficients) => {
    const sums = new Map<string, Float64Array>();
    vectors.forEach((updates, vector) => {
      for (const [name, delta] of deltas64(updates)) {
        const sum = sums.get(name) ?? new Float64Array(delta.length);
        delta.forEach((value, i) => (sum[i]! += coefficients[vector]! * value));
        sums.set(name, sum);
      }
    });
    return sums;
  };

/** B = Σ λ s B, A = A0 + Σ λ (A − A0). */
export const addFactors =
  (vectors: readonly LowRankUpdates[], frame?: ReadonlyMap<string, Float32Array>): Combine =>
  (coefficients) => {
    const factors = new Map<string, LowRankUpdate>();
    for (const [name, { a, b, rank }] of vectors[0]!) {
      const origin = frame?.get(name) ?? new Float32Array(a.length);
      const sum = { a: Float32Array.from(origin), b: new Float32Array(b.length), rank, scale: 1 };
      const exact = { a: Float64Array.from(origin), b: new Float64Array(b.length) };
      vectors.forEach((updates, vector) => {
        const own = updates.get(name)!;
        own.a.forEach((value, i) => (exact.a[i]! += coefficients[vector]! * (value - origin[i]!)));
        own.b.forEach((value, i) => (exact.b[i]! += coefficients[vector]! * own.scale * value));
      });
      factors.set(name, { ...sum, a: Float32Array.from(exact.a), b: Float32Array.from(exact.b) });
    }
    return deltas64(factors);
  };

/** Embeddings of every image of a task, in float64, by plain loops. */
export const embeddings64 = (deltas: ReadonlyMap<string, Float64Array>, task: 0 | 1): Float64Array =>
  embed64(model, tasks[task].examples, calculus64(model, deltas)).data;

const logsOf = (embeddings: Float64Array, task: 0 | 1) =>
  logProbabilities64({ rows: embeddings.length / 6, columns: 6, data: embeddings }, tasks[task].head);

/** ln p of every class for every image of a task. */
export const logs64 = (deltas: ReadonlyMap<string, Float64Array>, task: 0 | 1) =>
  logsOf(embeddings64(deltas, task), task);

export function classes64(embeddings: Float64Array, task: 0 | 1): readonly number[] {
  const { rows, columns, data } = logsOf(embeddings, task);
  return Array.from({ length: rows }, (_, i) => {
    const own = [...data.subarray(i * columns, (i + 1) * columns)];
    return own.indexOf(Math.max(...own));
  });
}

export const predictions64 = (deltas: ReadonlyMap<string, Float64Array>, task: 0 | 1): readonly number[] =>
  classes64(embeddings64(deltas, task), task);
