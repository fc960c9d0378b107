import { floatBytes } from '../checkpoints/float-dtype.js';
import { DifferenceMerger } from './difference-merger.js';
import type { BlockRule } from './disjoint-blocks.js';
import type { DisjointMember } from './disjoint-rule.js';
import type { FloatStream } from './float-streams.js';
import type { HistogramRound } from './magnitude-bins.js';
import { MagnitudeCounter } from './magnitude-counter.js';
import { subtractBlock, type StreamDtype } from './stream-blocks.js';

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
 * θ_0 + merge(trim(θ_i - θ_0)) for a stretch of one tensor, in one pass over the stored numbers, rounded to the output's dtype once: see `DifferenceMerger`.
 * `equals` of a member's cut is its share in this stretch.
 *
 * @throws KERNELS_ARGUMENT_INVALID for a rule by COUNT or MAX, KERNELS_NOT_FINITE
 */
export function mergeDifferences(
  base: FloatStream,
  models: readonly FloatStream[],
  members: readonly DisjointMember[],
  rule: BlockRule,
  output: { readonly bytes: Uint8Array; readonly dtype: StreamDtype },
): void {
  new DifferenceMerger(members, rule).merge(base, models, output);
}

const lengthOf = ({ bytes, dtype }: FloatStream): number => bytes.length / floatBytes(dtype);
