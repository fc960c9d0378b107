import { floatBytes, type FloatDtype } from '../checkpoints/float-dtype.js';
import { DISJOINT_BLOCK, DisjointBlocks, isBlockRule } from './disjoint-blocks.js';
import type { DisjointMember, DisjointRule } from './disjoint-rule.js';
import { kernelErrors } from './errors.js';
import type { FloatStream } from './float-streams.js';
import type { HistogramRound } from './magnitude-bins.js';
import { MagnitudeCounter } from './magnitude-counter.js';
import { padded, type FloatKernels } from './wasm/float-kernels.js';

/** Dtypes whose differences SIMD makes straight from the stored bits. */
export type StreamDtype = Extract<FloatDtype, 'BF16' | 'F32'>;

/** Same-dtype numbers of one base and one model of it. */
export interface StreamPair {
  readonly base: FloatStream;
  readonly model: FloatStream;
}

const counters: { current?: MagnitudeCounter } = {};

/**
 * Histogram of the magnitudes of θ - θ_0 (differences rounded to float32), straight from the stored numbers: no widened copy, no sorting. Two rounds give
 * any k-th magnitude exactly; histograms of stretches of one tensor add up.
 */
export function countDifferences(
  { base, model }: StreamPair,
  round: HistogramRound,
  prefix = 0,
): Uint32Array<ArrayBuffer> {
  counters.current ??= new MagnitudeCounter();
  const counter = counters.current;
  counter.begin(round, prefix);
  const { entries, operands, block, kernels } = counter;
  const length = lengthOf(base);
  for (let begin = 0; begin < length; begin += block) {
    const count = Math.min(block, length - begin);
    subtractBlock(kernels, model, base, begin, count, operands, entries);
    counter.count(count);
  }
  return counter.finish();
}

/**
 * θ_0 + merge(trim(θ_i - θ_0)) for a stretch of one tensor, in one pass over the stored numbers: differences, trim, election and disjoint mean of a block stay
 * in the cache, sums are float64, rounded to float32 and to the output's dtype once. `equals` of a member's cut is its share in this stretch.
 *
 * @throws KERNELS_ARGUMENT_INVALID for a rule by COUNT or MAX, KERNELS_NOT_FINITE
 */
export function mergeDifferences(
  base: FloatStream,
  models: readonly FloatStream[],
  members: readonly DisjointMember[],
  rule: DisjointRule,
  output: { readonly bytes: Uint8Array; readonly dtype: StreamDtype },
): void {
  if (!isBlockRule(rule)) {
    const expected = 'a vote by MASS and a merge by MEAN or SUM';
    throw kernelErrors.argumentInvalid({ argument: 'The rule', got: `${rule.vote}, ${rule.merge}`, expected });
  }
  const blocks = new DisjointBlocks(members, rule);
  const { kernels, entries, operands, sums } = blocks;
  const memory = new Uint8Array(kernels.buffer);
  const length = lengthOf(base);
  const size = floatBytes(output.dtype);
  const [first, second] = operands;
  for (let begin = 0; begin < length; begin += DISJOINT_BLOCK) {
    const count = Math.min(DISJOINT_BLOCK, length - begin);
    const wide = 8 * padded(count);
    models.forEach((model, m) => {
      subtractBlock(kernels, model, base, begin, count, operands, entries);
      blocks.take(m, count);
    });
    blocks.merge(count);
    // The last subtraction left the base's block behind.
    const add = base.dtype === 'BF16' ? kernels.addBF16 : kernels.addF32;
    if (models.length === 0) loadBlock(memory, base, begin, count, second);
    add(sums, second, second + floatBytes(base.dtype) * padded(count), 1);
    const encode = output.dtype === 'BF16' ? kernels.encodeBF16 : kernels.encodeF32;
    if (encode(first, sums, sums + wide) !== 0) throw kernelErrors.notFinite({ input: 'The merged tensor' });
    output.bytes.set(memory.subarray(first, first + size * count), begin * size);
  }
}

const lengthOf = ({ bytes, dtype }: FloatStream): number => bytes.length / floatBytes(dtype);

function subtractBlock(
  kernels: FloatKernels,
  model: FloatStream,
  base: FloatStream,
  begin: number,
  count: number,
  [first, second]: readonly [number, number],
  out: number,
): void {
  if (model.dtype !== base.dtype || (base.dtype !== 'BF16' && base.dtype !== 'F32')) {
    const got = `${model.dtype} and ${base.dtype}`;
    throw kernelErrors.argumentInvalid({
      argument: 'The dtypes of a model and its base',
      got,
      expected: 'BF16 or F32 for both',
    });
  }
  const memory = new Uint8Array(kernels.buffer);
  loadBlock(memory, model, begin, count, first);
  loadBlock(memory, base, begin, count, second);
  const end = first + floatBytes(base.dtype) * padded(count);
  const subtract = base.dtype === 'BF16' ? kernels.subtractBF16 : kernels.subtractF32;
  if (subtract(out, first, end, second) !== 0) throw kernelErrors.notFinite({ input: 'A task vector' });
}

/** Padding is zero in both operands, and so is their difference. */
function loadBlock(memory: Uint8Array, { bytes, dtype }: FloatStream, begin: number, count: number, at: number): void {
  const size = floatBytes(dtype);
  memory.set(bytes.subarray(begin * size, (begin + count) * size), at);
  if (count % 8 !== 0) memory.fill(0, at + count * size, at + padded(count) * size);
}
