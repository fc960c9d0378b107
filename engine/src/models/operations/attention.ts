import type { HostKernel } from './host-kernel.js';

/** Rows of q are `[batch · queries, width]`, of k and v `[batch · keys, width]`; a head is width / heads neighbouring columns. */
export interface AttentionShape {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
}

/** softmax(q kᵀ / √(width / heads)) v for every image and head. Inputs q, k, v; outputs the result and the probabilities `[batch · heads · queries, keys]`. */
export const attentionKernel: HostKernel<AttentionShape> = {
  name: 'CrucibleAttention',
  outputShapes: ([q], { batch, queries, keys, heads }) => [q!, [batch * heads * queries, keys]],
  compute([q, k, v], [out, probabilities], shape) {
    const { queries, keys } = shape;
    const size = headSize(q!, shape);
    const scale = 1 / Math.sqrt(size);
    const [qTile, kTile, vTile] = [tile(queries, size), tile(keys, size), tile(keys, size)];
    const row = new Float64Array(keys);
    const sum = new Float64Array(size);
    forEachHead(shape, size, (qAt, kAt, pAt, stride) => {
      load(q!, qAt, stride, qTile, size);
      load(k!, kAt, stride, kTile, size);
      load(v!, kAt, stride, vTile, size);
      for (let i = 0; i < queries; i += 1) {
        let greatest = -Infinity;
        for (let j = 0; j < keys; j += 1) {
          const score = dot(qTile, i * size, kTile, j * size, size) * scale;
          row[j] = score;
          if (score > greatest) greatest = score;
        }
        let total = 0;
        for (let j = 0; j < keys; j += 1) total += row[j] = Math.exp(row[j]! - greatest);
        sum.fill(0);
        for (let j = 0; j < keys; j += 1) {
          const p = row[j]! / total;
          probabilities![pAt + i * keys + j] = p;
          for (let d = 0, at = j * size; d < size; d += 1, at += 1) sum[d]! += p * vTile[at]!;
        }
        const at = qAt + i * stride;
        for (let d = 0; d < size; d += 1) out![at + d] = sum[d]!;
      }
    });
  },
};

/** Inputs q, k, v, probabilities, dOut; outputs dq, dk, dv. */
export const attentionGradientKernel: HostKernel<AttentionShape> = {
  name: 'CrucibleAttentionGradient',
  outputShapes: ([q, k]) => [q!, k!, k!],
  compute([q, k, v, probabilities, dOut], [dq, dk, dv], shape) {
    const { queries, keys } = shape;
    const size = headSize(q!, shape);
    const scale = 1 / Math.sqrt(size);
    const [qTile, kTile, vTile] = [tile(queries, size), tile(keys, size), tile(keys, size)];
    const [dOutTile, dqTile, dkTile, dvTile] = [
      tile(queries, size),
      tile(queries, size),
      tile(keys, size),
      tile(keys, size),
    ];
    const dRow = new Float64Array(keys);
    forEachHead(shape, size, (qAt, kAt, pAt, stride) => {
      load(q!, qAt, stride, qTile, size);
      load(k!, kAt, stride, kTile, size);
      load(v!, kAt, stride, vTile, size);
      load(dOut!, qAt, stride, dOutTile, size);
      dqTile.fill(0);
      dkTile.fill(0);
      dvTile.fill(0);
      for (let i = 0; i < queries; i += 1) {
        let weighted = 0;
        for (let j = 0; j < keys; j += 1) {
          const d = dot(dOutTile, i * size, vTile, j * size, size);
          dRow[j] = d;
          weighted += d * probabilities![pAt + i * keys + j]!;
        }
        for (let j = 0; j < keys; j += 1) {
          const p = probabilities![pAt + i * keys + j]!;
          const ds = p * (dRow[j]! - weighted) * scale;
          const iAt = i * size;
          const jAt = j * size;
          // One loop for three sums: the index arithmetic costs as much as the sums.
          for (let d = 0; d < size; d += 1) {
            dqTile[iAt + d]! += ds * kTile[jAt + d]!;
            dkTile[jAt + d]! += ds * qTile[iAt + d]!;
            dvTile[jAt + d]! += p * dOutTile[iAt + d]!;
          }
        }
      }
      store(dqTile, dq!, qAt, stride, size);
      store(dkTile, dk!, kAt, stride, size);
      store(dvTile, dv!, kAt, stride, size);
    });
  },
};

const headSize = (q: Float32Array, { batch, queries, heads }: AttentionShape): number =>
  q.length / (batch * queries * heads);

/** One head of one image in float64: converted once instead of at each of `keys` uses. */
const tile = (rows: number, size: number): Float64Array => new Float64Array(rows * size);

function forEachHead(
  { batch, queries, keys, heads }: AttentionShape,
  size: number,
  visit: (qAt: number, kAt: number, probabilitiesAt: number, stride: number) => void,
): void {
  const width = size * heads;
  for (let image = 0; image < batch; image += 1) {
    for (let head = 0; head < heads; head += 1) {
      const column = head * size;
      const pAt = (image * heads + head) * queries * keys;
      visit(image * queries * width + column, image * keys * width + column, pAt, width);
    }
  }
}

function load(from: Float32Array, at: number, stride: number, to: Float64Array, size: number): void {
  for (let start = 0, row = at; start < to.length; start += size, row += stride) {
    for (let d = 0; d < size; d += 1) to[start + d] = from[row + d]!;
  }
}

function store(from: Float64Array, to: Float32Array, at: number, stride: number, size: number): void {
  for (let start = 0, row = at; start < from.length; start += size, row += stride) {
    for (let d = 0; d < size; d += 1) to[row + d] = from[start + d]!;
  }
}

/** Four running sums, so that the additions need not wait for each other. */
function dot(x: Float64Array, xAt: number, y: Float64Array, yAt: number, size: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let d = 0;
  for (; d + 3 < size; d += 4) {
    s0 += x[xAt + d]! * y[yAt + d]!;
    s1 += x[xAt + d + 1]! * y[yAt + d + 1]!;
    s2 += x[xAt + d + 2]! * y[yAt + d + 2]!;
    s3 += x[xAt + d + 3]! * y[yAt + d + 3]!;
  }
  for (; d < size; d += 1) s0 += x[xAt + d]! * y[yAt + d]!;
  return s0 + s1 + (s2 + s3);
}
