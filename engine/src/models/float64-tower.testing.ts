import type { Calculus } from './calculus/calculus.js';
import type { LowRankUpdates } from './calculus/fold-updates.js';
import { extractPatches, type ImageBatch } from './extract-patches.js';
import { initializeVisionModel } from './initialize-vision-model.js';
import type { VisionModel } from './load-vision-model.js';
import { RAW_PREPROCESSING } from './extract-patches.js';
import { createKeyedRandom } from '../random/index.js';
import type { VisionConfig } from './vision-config.js';
import { visionTower } from './vision-tower.js';

/** A matrix in float64, row-major: an independent reference needs nothing faster. */
export interface Matrix64 {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

const matrix = (rows: number, columns: number, entry: (i: number, j: number) => number): Matrix64 => {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < columns; j += 1) data[i * columns + j] = entry(i, j);
  return { rows, columns, data };
};
const at = (m: Matrix64, i: number, j: number): number => m.data[i * m.columns + j]!;
const sum = (count: number, term: (k: number) => number): number => {
  let total = 0;
  for (let k = 0; k < count; k += 1) total += term(k);
  return total;
};

/** Added to the weight of a layer, `[out, in]`. */
export type Deltas64 = ReadonlyMap<string, Float64Array>;

/** Σ scale·B·A in float64. */
export function deltas64(updates: LowRankUpdates): Map<string, Float64Array> {
  const deltas = new Map<string, Float64Array>();
  for (const [name, { a, b, rank, scale }] of updates) {
    const [rows, columns] = [b.length / rank, a.length / rank];
    const entry = (i: number, j: number) => scale * sum(rank, (r) => b[i * rank + r]! * a[r * columns + j]!);
    deltas.set(name, matrix(rows, columns, entry).data);
  }
  return deltas;
}

/** The forward pass in float64, straight from the definitions, with plain loops. `onLinear` sees the input of every linear layer. */
export function calculus64(
  model: VisionModel,
  deltas: Deltas64 = new Map(),
  onLinear: (name: string, x: Matrix64) => void = () => undefined,
): Calculus<Matrix64> {
  const values = (name: string): Float32Array => model.parameters.get(name)!.values;
  return {
    constant: () => {
      throw new Error('the float64 reference takes matrices');
    },
    parameter: (name) => {
      const { shape } = model.parameters.get(name)!;
      const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, values(name).length / shape[0]!];
      return { rows, columns, data: Float64Array.from(values(name)) };
    },
    linear(name, x) {
      onLinear(name, x);
      const weight = values(`${name}.weight`);
      const bias = model.parameters.get(`${name}.bias`)?.values;
      const delta = deltas.get(name);
      const out = weight.length / x.columns;
      return matrix(x.rows, out, (i, o) => {
        const row = o * x.columns;
        return (bias?.[o] ?? 0) + sum(x.columns, (k) => at(x, i, k) * (weight[row + k]! + (delta?.[row + k] ?? 0)));
      });
    },
    layerNorm(name, x, epsilon) {
      const [gamma, beta] = [values(`${name}.weight`), values(`${name}.bias`)];
      const moments = Array.from({ length: x.rows }, (_, i) => {
        const mean = sum(x.columns, (j) => at(x, i, j)) / x.columns;
        const variance = sum(x.columns, (j) => (at(x, i, j) - mean) ** 2) / x.columns;
        return { mean, deviation: Math.sqrt(variance + epsilon) };
      });
      return matrix(x.rows, x.columns, (i, j) => {
        const { mean, deviation } = moments[i]!;
        return ((at(x, i, j) - mean) / deviation) * gamma[j]! + beta[j]!;
      });
    },
    activate: (kind, u) => {
      if (kind !== 'quick_gelu') throw new Error('the float64 reference knows quick_gelu');
      return matrix(u.rows, u.columns, (i, j) => at(u, i, j) / (1 + Math.exp(-1.702 * at(u, i, j))));
    },
    attention(q, k, v, { batch, queries, keys, heads }) {
      const size = q.columns / heads;
      const out = new Float64Array(q.data.length);
      for (let image = 0; image < batch; image += 1) {
        for (let head = 0; head < heads; head += 1) {
          for (let query = 0; query < queries; query += 1) {
            const row = image * queries + query;
            const scores = Array.from({ length: keys }, (_, key) => {
              const dot = sum(size, (d) => at(q, row, head * size + d) * at(k, image * keys + key, head * size + d));
              return Math.exp(dot / Math.sqrt(size));
            });
            const total = sum(keys, (key) => scores[key]!);
            for (let d = 0; d < size; d += 1) {
              const column = head * size + d;
              const mixed = sum(keys, (key) => (scores[key]! / total) * at(v, image * keys + key, column));
              out[row * q.columns + column] = mixed;
            }
          }
        }
      }
      return { rows: q.rows, columns: q.columns, data: out };
    },
    add: (x, y) => matrix(x.rows, x.columns, (i, j) => at(x, i, j) + at(y, i, j)),
    embedTokens: (patches, classToken, positions, batch) =>
      matrix(batch * positions.rows, positions.columns, (row, j) => {
        const [image, token] = [Math.floor(row / positions.rows), row % positions.rows];
        const own = token === 0 ? classToken.data[j]! : at(patches, image * (positions.rows - 1) + token - 1, j);
        return own + at(positions, token, j);
      }),
    firstRows: (x, batch, tokens) => matrix(batch, x.columns, (i, j) => at(x, i * tokens, j)),
    scope: (compute) => compute(),
  };
}

/** Embeddings `[count, projection]`. */
export function embed64(model: VisionModel, images: ImageBatch, calculus: Calculus<Matrix64>): Matrix64 {
  const { config, preprocessing } = model;
  const columns = config.channels * config.patchSize ** 2;
  const data = Float64Array.from(extractPatches(config, images, preprocessing));
  return visionTower(config, calculus, { rows: data.length / columns, columns, data }, images.count);
}

/** ln softmax(logitScale · cos(embedding, class)), `[count, classes]`. */
export function logProbabilities64(
  embeddings: Matrix64,
  head: { readonly weight: Float32Array; readonly classes: number; readonly logitScale: number },
): Matrix64 {
  const { rows, columns } = embeddings;
  const length = (values: ArrayLike<number>, row: number): number =>
    Math.sqrt(sum(columns, (d) => values[row * columns + d]! ** 2));
  const logits = matrix(rows, head.classes, (i, c) => {
    const dot = sum(columns, (d) => at(embeddings, i, d) * head.weight[c * columns + d]!);
    return (head.logitScale * dot) / (length(embeddings.data, i) * length(head.weight, c));
  });
  return matrix(rows, head.classes, (i, c) => {
    const total = sum(head.classes, (k) => Math.exp(at(logits, i, k)));
    return at(logits, i, c) - Math.log(total);
  });
}

/** A tower small enough for differences of every weight, large enough that attention, norms and biases matter. */
export function tinyVisionModel(seed = 3): VisionModel {
  const config: VisionConfig = {
    hiddenSize: 8,
    intermediateSize: 12,
    layers: 2,
    heads: 2,
    imageSize: 6,
    patchSize: 3,
    channels: 1,
    projectionSize: 6,
    activation: 'quick_gelu',
    layerNormEpsilon: 1e-5,
  };
  const random = createKeyedRandom(seed);
  const parameters = [...initializeVisionModel(config, seed)].map(([name, { shape, values }]) => {
    const noise = random.normal(['noise', name], values.length);
    return [name, { shape, values: values.map((x, i) => x + 0.3 * noise[i]!) }] as const;
  });
  return { config, parameters: new Map(parameters), preprocessing: RAW_PREPROCESSING };
}

export function randomImages(
  seed: number,
  count: number,
): ImageBatch & { readonly labels: Int32Array; readonly pixels: Uint8Array } {
  const random = createKeyedRandom(seed);
  const pixels = Uint8Array.from(random.integers(['pixels'], count * 36, 256));
  const labels = Int32Array.from(random.integers(['labels'], count, 4));
  return { count, height: 6, width: 6, channels: 1, pixels, labels };
}

export function randomHead(seed: number, classes = 4, projection = 6) {
  const weight = createKeyedRandom(seed).normal(['head'], classes * projection);
  for (let row = 0; row < classes; row += 1) {
    const length = Math.sqrt(sum(projection, (d) => weight[row * projection + d]! ** 2));
    for (let d = 0; d < projection; d += 1) weight[row * projection + d]! /= length;
  }
  return { weight, classes, projection, logitScale: 6 };
}

export function randomUpdates(
  seed: number,
  modules: readonly { readonly name: string; readonly out: number; readonly in: number }[],
  rank = 2,
): LowRankUpdates {
  const random = createKeyedRandom(seed);
  return new Map(
    modules.map(({ name, out, in: inputs }) => [
      name,
      {
        a: random.normal([name, 'A'], rank * inputs).map((x) => 0.4 * x),
        b: random.normal([name, 'B'], out * rank).map((x) => 0.4 * x),
        rank,
        scale: 1.5,
      },
    ]),
  );
}
