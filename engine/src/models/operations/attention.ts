import type { HostKernel } from './host-kernel.js';
import { matrixOf, multiplySmall, transposeOf } from './small-matrices.js';

/** Rows of q are `[batch · queries, width]`, of k and v `[batch · keys, width]`; a head is width / heads neighbouring columns. */
export interface AttentionShape {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  /** Grouped queries: heads of k and v, each shared by heads / keyValueHeads neighbouring heads of q. As many as `heads` unless told. */
  readonly keyValueHeads?: number;
  /** A query sees no key after itself; the last query is at the last key. */
  readonly causal?: boolean;
  /** What scores are multiplied with; 1 / √(head size) unless told. */
  readonly scale?: number;
  /** `[batch · keys]`, 0 where a key is not to be seen. A query that sees no key gives zeros. */
  readonly mask?: Uint8Array;
}

/**
 * softmax(scale · q kᵀ + bias) v for every example and head. Inputs q, k, v and, where there is one, the bias `[heads · queries, keys]`; outputs the
 * result and the probabilities `[batch · heads · queries, keys]`.
 */
export const attentionKernel: HostKernel<AttentionShape> = {
  name: 'CrucibleAttention',
  outputShapes: ([q], { batch, queries, keys, heads }) => [q!, [batch * heads * queries, keys]],
  compute([q, k, v, bias], [out, probabilities], shape) {
    const { queries, keys } = shape;
    const size = headSize(q!, shape);
    const scale = shape.scale ?? 1 / Math.sqrt(size);
    const hides = hidesKeys(shape);
    const [qTile, kTile, vTile] = [tile(queries, size), tile(keys, size), tile(keys, size)];
    const [pTile, outTile] = [tile(queries, keys), tile(queries, size)];
    const [qMatrix, pMatrix, vMatrix] = [matrixOf(qTile, size), matrixOf(pTile, keys), matrixOf(vTile, size)];
    const kTransposed = transposeOf(matrixOf(kTile, size));
    forEachHead(shape, size, (head) => {
      load(q!, head.qAt, head.qStride, qTile, size);
      load(k!, head.kAt, head.kStride, kTile, size);
      load(v!, head.kAt, head.kStride, vTile, size);
      multiplySmall(qMatrix, kTransposed, pTile, queries, size, keys);
      // Scores are scaled in the softmax unless something is added to them.
      if (bias !== undefined) addScaled(pTile, scale, bias, head.biasAt);
      const factor = bias === undefined ? scale : 1;
      for (let query = 0; query < queries; query += 1) {
        if (hides) softmaxSeen(pTile, query, factor, shape, head.example);
        else softmaxRow(pTile, query * keys, keys, factor);
      }
      multiplySmall(pMatrix, vMatrix, outTile, queries, keys, size);
      store(pTile, probabilities!, head.pAt, keys, keys);
      store(outTile, out!, head.qAt, head.qStride, size);
    });
  },
};

export interface AttentionGradientAttrs extends AttentionShape {
  /** Whether the bias trains: then its gradient is a fourth output. */
  readonly wantsBias?: boolean;
}

/** Inputs q, k, v, probabilities, dOut; outputs dq, dk, dv and, if wanted, that of the bias. Hidden keys have probability 0, and so no gradient. */
export const attentionGradientKernel: HostKernel<AttentionGradientAttrs> = {
  name: 'CrucibleAttentionGradient',
  outputShapes: ([q, k], { wantsBias, heads, queries, keys }) => [
    q!,
    k!,
    k!,
    ...(wantsBias === true ? [[heads * queries, keys]] : []),
  ],
  compute([q, k, v, probabilities, dOut], [dq, dk, dv, dBias], shape) {
    const { queries, keys } = shape;
    const size = headSize(q!, shape);
    const scale = shape.scale ?? 1 / Math.sqrt(size);
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
    dBias?.fill(0);
    forEachHead(shape, size, (head) => {
      const { qAt, qStride, kAt, kStride, pAt, biasAt, isFirstOfGroup } = head;
      load(q!, qAt, qStride, qTile, size);
      load(k!, kAt, kStride, kTile, size);
      load(v!, kAt, kStride, vTile, size);
      load(dOut!, qAt, qStride, dOutTile, size);
      load(probabilities!, pAt, keys, pTile, keys);
      multiplySmall(dOutMatrix, vTransposed, dsTile, queries, size, keys);
      for (let at = 0; at < dsTile.length; at += keys) {
        let weighted = 0;
        for (let j = at; j < at + keys; j += 1) weighted += dsTile[j]! * pTile[j]!;
        if (dBias !== undefined) {
          for (let j = at; j < at + keys; j += 1) dBias[biasAt + j]! += pTile[j]! * (dsTile[j]! - weighted);
        }
        for (let j = at; j < at + keys; j += 1) dsTile[j] = pTile[j]! * (dsTile[j]! - weighted) * scale;
      }
      multiplySmall(dsMatrix, kMatrix, dqTile, queries, keys, size);
      multiplySmall(dsTransposed, qMatrix, dkTile, keys, queries, size);
      multiplySmall(pTransposed, dOutMatrix, dvTile, keys, queries, size);
      store(dqTile, dq!, qAt, qStride, size);
      const put = isFirstOfGroup ? store : addTo;
      put(dkTile, dk!, kAt, kStride, size);
      put(dvTile, dv!, kAt, kStride, size);
    });
  },
};

export const hidesKeys = ({ causal, mask }: AttentionShape): boolean => causal === true || mask !== undefined;

/** Whether a query sees a key. */
export const seesKey = ({ causal, mask, queries, keys }: AttentionShape, example: number, query: number, key: number) =>
  (causal !== true || key <= query + keys - queries) && (mask === undefined || mask[example * keys + key] !== 0);

/** In place; the greatest is taken off first, so that no exponential overflows. */
function softmaxRow(values: Float64Array, at: number, length: number, scale: number): void {
  let greatest = -Infinity;
  for (let j = at; j < at + length; j += 1) if (values[j]! > greatest) greatest = values[j]!;
  let total = 0;
  for (let j = at; j < at + length; j += 1) total += values[j] = Math.exp((values[j]! - greatest) * scale);
  for (let j = at; j < at + length; j += 1) values[j]! /= total;
}

/** The same over the keys that the query sees; the others get 0. */
function softmaxSeen(values: Float64Array, query: number, scale: number, shape: AttentionShape, example: number): void {
  const { keys } = shape;
  const at = query * keys;
  let greatest = -Infinity;
  for (let key = 0; key < keys; key += 1) {
    if (seesKey(shape, example, query, key)) greatest = Math.max(greatest, values[at + key]! * scale);
  }
  let total = 0;
  for (let key = 0; key < keys; key += 1) {
    const sees = seesKey(shape, example, query, key);
    total += values[at + key] = sees ? Math.exp(values[at + key]! * scale - greatest) : 0;
  }
  if (total > 0) for (let key = 0; key < keys; key += 1) values[at + key]! /= total;
}

const headSize = (q: Float32Array, { batch, queries, heads }: AttentionShape): number =>
  q.length / (batch * queries * heads);

/** One head of one example in float64: converted once instead of at each of `keys` uses. */
const tile = (rows: number, size: number): Float64Array => new Float64Array(rows * size);

interface Head {
  readonly example: number;
  readonly qAt: number;
  readonly qStride: number;
  readonly kAt: number;
  readonly kStride: number;
  readonly pAt: number;
  readonly biasAt: number;
  /** Of those that share a head of k and v. */
  readonly isFirstOfGroup: boolean;
}

function forEachHead(shape: AttentionShape, size: number, visit: (head: Head) => void): void {
  const { batch, queries, keys, heads, keyValueHeads = heads } = shape;
  const [qStride, kStride, group] = [size * heads, size * keyValueHeads, heads / keyValueHeads];
  for (let example = 0; example < batch; example += 1) {
    for (let head = 0; head < heads; head += 1) {
      const shared = Math.floor(head / group);
      visit({
        example,
        qAt: example * queries * qStride + head * size,
        qStride,
        kAt: example * keys * kStride + shared * size,
        kStride,
        pAt: (example * heads + head) * queries * keys,
        biasAt: head * queries * keys,
        isFirstOfGroup: head === shared * group,
      });
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

function addTo(from: Float64Array, to: Float32Array, at: number, stride: number, size: number): void {
  for (let start = 0, row = at; start < from.length; start += size, row += stride) {
    for (let d = 0; d < size; d += 1) to[row + d]! += from[start + d]!;
  }
}

function addScaled(values: Float64Array, scale: number, bias: Float32Array, at: number): void {
  for (let j = 0; j < values.length; j += 1) values[j] = values[j]! * scale + bias[at + j]!;
}
