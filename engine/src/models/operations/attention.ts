import type { HostKernel } from './host-kernel.js';
import { matrixOf, multiplySmall, transposeOf } from './small-matrices.js';

/** Rows of q are `[batch · queries, width]`, of k and v `[batch · keys, width]`; a head is width / heads neighbouring columns. */
export interface AttentionShape {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
}

/**
 * softmax(q kᵀ / √(width / heads)) v for every image and head. Inputs q, k, v; outputs the result and the probabilities
 * `[batch · heads · queries, keys]`.
 */
export const attentionKernel: HostKernel<AttentionShape> = {
  name: 'CrucibleAttention',
  outputShapes: ([q], { batch, queries, keys, heads }) => [q!, [batch * heads * queries, keys]],
  compute([q, k, v], [out, probabilities], shape) {
    const { queries, keys } = shape;
    const size = headSize(q!, shape);
    const scale = 1 / Math.sqrt(size);
    const [qTile, kTile, vTile] = [tile(queries, size), tile(keys, size), tile(keys, size)];
    const [pTile, outTile] = [tile(queries, keys), tile(queries, size)];
    const [qMatrix, pMatrix, vMatrix] = [matrixOf(qTile, size), matrixOf(pTile, keys), matrixOf(vTile, size)];
    const kTransposed = transposeOf(matrixOf(kTile, size));
    forEachHead(shape, size, (qAt, kAt, pAt, stride) => {
      load(q!, qAt, stride, qTile, size);
      load(k!, kAt, stride, kTile, size);
      load(v!, kAt, stride, vTile, size);
      multiplySmall(qMatrix, kTransposed, pTile, queries, size, keys);
      for (let at = 0; at < pTile.length; at += keys) softmaxRow(pTile, at, keys, scale);
      multiplySmall(pMatrix, vMatrix, outTile, queries, keys, size);
      store(pTile, probabilities!, pAt, keys, keys);
      store(outTile, out!, qAt, stride, size);
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
    const [qTile, kTile, vTile, dOutTile] = [
      tile(queries, size),
      tile(keys, size),
      tile(keys, size),
      tile(queries, size),
    ];
    const [pTile, dsTile] = [tile(queries, keys), tile(queries, keys)];
    const [dqTile, dkTile, dvTile] = [tile(queries, size), tile(keys, size), tile(keys, size)];
    const [qMatrix, kMatrix, dOutMatrix] = [matrixOf(qTile, size), matrixOf(kTile, size), matrixOf(dOutTile, size)];
    const [pMatrix, dsMatrix] = [matrixOf(pTile, keys), matrixOf(dsTile, keys)];
    const vTransposed = transposeOf(matrixOf(vTile, size));
    const [pTransposed, dsTransposed] = [transposeOf(pMatrix), transposeOf(dsMatrix)];
    forEachHead(shape, size, (qAt, kAt, pAt, stride) => {
      load(q!, qAt, stride, qTile, size);
      load(k!, kAt, stride, kTile, size);
      load(v!, kAt, stride, vTile, size);
      load(dOut!, qAt, stride, dOutTile, size);
      load(probabilities!, pAt, keys, pTile, keys);
      multiplySmall(dOutMatrix, vTransposed, dsTile, queries, size, keys);
      for (let at = 0; at < dsTile.length; at += keys) {
        let weighted = 0;
        for (let j = at; j < at + keys; j += 1) weighted += dsTile[j]! * pTile[j]!;
        for (let j = at; j < at + keys; j += 1) dsTile[j] = pTile[j]! * (dsTile[j]! - weighted) * scale;
      }
      multiplySmall(dsMatrix, kMatrix, dqTile, queries, keys, size);
      multiplySmall(dsTransposed, qMatrix, dkTile, keys, queries, size);
      multiplySmall(pTransposed, dOutMatrix, dvTile, keys, queries, size);
      store(dqTile, dq!, qAt, stride, size);
      store(dkTile, dk!, kAt, stride, size);
      store(dvTile, dv!, kAt, stride, size);
    });
  },
};

/** In place; the greatest is taken off first, so that no exponential overflows. */
function softmaxRow(values: Float64Array, at: number, length: number, scale: number): void {
  let greatest = -Infinity;
  for (let j = at; j < at + length; j += 1) if (values[j]! > greatest) greatest = values[j]!;
  let total = 0;
  for (let j = at; j < at + length; j += 1) total += values[j] = Math.exp((values[j]! - greatest) * scale);
  for (let j = at; j < at + length; j += 1) values[j]! /= total;
}

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
