import type { Activation } from '../operations/activation.js';
import type { Calculus } from './calculus.js';
import type { LowRankUpdates } from './fold-updates.js';

/** A matrix in float64, row-major: an independent reference needs nothing faster. */
export interface Matrix64 {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export const matrix = (rows: number, columns: number, entry: (i: number, j: number) => number): Matrix64 => {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < columns; j += 1) data[i * columns + j] = entry(i, j);
  return { rows, columns, data };
};
export const at = (m: Matrix64, i: number, j: number): number => m.data[i * m.columns + j]!;
export const sum = (count: number, term: (k: number) => number): number => {
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

/** Float32 as a model has it, or float64 where differences are taken. */
export interface Parameter64 {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export type ParameterMap64 = ReadonlyMap<string, Parameter64>;

/** The forward pass in float64, straight from the definitions, with plain loops. `onLinear` sees the input of every linear layer. */
export function calculus64(
  model: { readonly parameters: ParameterMap64 },
  deltas: Deltas64 = new Map(),
  onLinear: (name: string, x: Matrix64) => void = () => undefined,
): Calculus<Matrix64> {
  const values = (name: string): ArrayLike<number> => model.parameters.get(name)!.values;
  const table = (name: string): Matrix64 => {
    const { shape } = model.parameters.get(name)!;
    const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, values(name).length / shape[0]!];
    return { rows, columns, data: Float64Array.from(values(name)) };
  };
  const pick = (x: Matrix64, indices: Int32Array): Matrix64 =>
    matrix(indices.length, x.columns, (i, j) => at(x, indices[i]!, j));
  return {
    constant: () => {
      throw new Error('the float64 reference takes matrices');
    },
    parameter: table,
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
    linearWith(weightName, x) {
      const weight = values(weightName);
      const out = weight.length / x.columns;
      return matrix(x.rows, out, (i, o) => sum(x.columns, (k) => at(x, i, k) * weight[o * x.columns + k]!));
    },
    embedding: (name, ids) => pick(table(`${name}.weight`), ids),
    rmsNorm(name, x, epsilon) {
      const gamma = values(`${name}.weight`);
      const roots = Array.from({ length: x.rows }, (_, i) =>
        Math.sqrt(sum(x.columns, (j) => at(x, i, j) ** 2) / x.columns + epsilon),
      );
      return matrix(x.rows, x.columns, (i, j) => (at(x, i, j) / roots[i]!) * gamma[j]!);
    },
    activate: (kind, u) => matrix(u.rows, u.columns, (i, j) => activations64[kind](at(u, i, j))),
    attention(q, k, v, shape, bias) {
      const { batch, queries, keys, heads, keyValueHeads = heads, causal = false, mask } = shape;
      const size = q.columns / heads;
      const scale = shape.scale ?? 1 / Math.sqrt(size);
      const out = new Float64Array(q.rows * q.columns);
      for (let example = 0; example < batch; example += 1) {
        for (let head = 0; head < heads; head += 1) {
          const column = head * size;
          const shared = Math.floor((head * keyValueHeads) / heads) * size;
          for (let query = 0; query < queries; query += 1) {
            const row = example * queries + query;
            const weights = Array.from({ length: keys }, (_, key) => {
              if (mask?.[example * keys + key] === 0 || (causal && key > query + keys - queries)) return 0;
              const dot = sum(size, (d) => at(q, row, column + d) * at(k, example * keys + key, shared + d));
              return Math.exp(dot * scale + (bias === undefined ? 0 : at(bias, head * queries + query, key)));
            });
            const total = sum(keys, (key) => weights[key]!);
            for (let d = 0; d < size; d += 1) {
              const mixed = sum(
                keys,
                (key) => (weights[key]! / (total || 1)) * at(v, example * keys + key, shared + d),
              );
              out[row * q.columns + column + d] = mixed;
            }
          }
        }
      }
      return { rows: q.rows, columns: q.columns, data: out };
    },
    relativeBias(name, { queries, keys, buckets }) {
      const weight = table(`${name}.weight`);
      return matrix(weight.columns * queries, keys, (i, key) =>
        at(weight, buckets[(i % queries) * keys + key]!, Math.floor(i / queries)),
      );
    },
    rotate(x, { heads, cosines, sines }) {
      const size = x.columns / heads;
      const half = size / 2;
      const positions = cosines.length / half;
      return matrix(x.rows, x.columns, (i, j) => {
        const [d, entry] = [j % size, (i % positions) * half + (j % half)];
        const other = d < half ? -at(x, i, j + half) : at(x, i, j - half);
        return at(x, i, j) * cosines[entry]! + other * sines[entry]!;
      });
    },
    multiply: (x, y) => matrix(x.rows, x.columns, (i, j) => at(x, i, j) * at(y, i, j)),
    scale: (x, factor) => matrix(x.rows, x.columns, (i, j) => at(x, i, j) * factor),
    pickRows: pick,
    pickColumns: (x, begin, count) => matrix(x.rows, count, (i, j) => at(x, i, begin + j)),
    meanRows: (x, mask, batch, tokens) =>
      matrix(batch, x.columns, (example, j) => {
        const counted = Array.from({ length: tokens }, (_, t) => example * tokens + t).filter((row) => mask[row] !== 0);
        return counted.length === 0 ? 0 : sum(counted.length, (i) => at(x, counted[i]!, j)) / counted.length;
      }),
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

/** Straight from their definitions. */
const activations64: Readonly<Record<Activation, (u: number) => number>> = {
  quick_gelu: (u) => u / (1 + Math.exp(-1.702 * u)),
  gelu: (u) => (u * (1 + erf64(u / Math.SQRT2))) / 2,
  gelu_new: (u) => (u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3)))) / 2,
  silu: (u) => u / (1 + Math.exp(-u)),
  relu: (u) => Math.max(0, u),
  tanh: Math.tanh,
};

/** 2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!!: all terms have one sign, so none is lost to another. */
function erf64(x: number): number {
  let [term, total] = [x, 0];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total) && n < 500; n += 1) {
    total += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}
