import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { DisjointMember, DisjointRule, SignVote } from './disjoint-rule.js';
import { magnitudeOfBits } from './magnitude-bits.js';
import type { MagnitudeCut } from './magnitude-cut.js';

type TensorFlow = typeof tfjs;

/**
 * The same rules composed of the backend's own operations, for data that lies on a GPU. Arithmetic is float32, so votes that cancel to within
 * rounding may be elected otherwise than by the kernels; a backend that flushes denormals treats them as 0.
 */
export function composedTrim(tf: TensorFlow, x: Tensor, { bits, equals }: MagnitudeCut): Tensor {
  return tf.tidy(() => {
    const magnitude = tf.abs(x);
    const threshold = tf.scalar(magnitudeOfBits(bits));
    if (equals === Infinity) return tf.mul(x, asNumber(tf, tf.greaterEqual(magnitude, threshold)));
    const tied = asNumber(tf, tf.equal(magnitude, threshold));
    // float32 counts exactly to 2²⁴ ties; int32 sums are not offered by every backend.
    const order = tf.reshape(tf.cumsum(tf.reshape(tied, [x.size])), x.shape);
    const keptTies = tf.mul(tied, asNumber(tf, tf.lessEqual(order, tf.scalar(equals))));
    return tf.mul(x, tf.add(asNumber(tf, tf.greater(magnitude, threshold)), keptTies));
  });
}

const asNumber = (tf: TensorFlow, truth: Tensor): Tensor => tf.cast(truth, 'float32');

const isZero = (tf: TensorFlow, x: Tensor): Tensor => asNumber(tf, tf.equal(x, 0));

export function composedMergeDisjoint(
  tf: TensorFlow,
  tensors: readonly Tensor[],
  members: readonly DisjointMember[],
  rule: DisjointRule,
): Tensor {
  return tf.tidy(() => {
    const trimmed = tensors.map((x, m) => composedTrim(tf, x, members[m]!.cut));
    const weighted = trimmed.map((x, m) => tf.mul(x, members[m]!.weight));
    const voting = rule.weightedVote ? weighted : trimmed;
    const elected = electedSigns(tf, voting, rule.vote);
    const signs = tf.add(elected, tf.mul(isZero(tf, elected), rule.zeroSign));
    // A sign of 0 selects the negative entries, as in the kernel.
    const side = tf.sub(tf.mul(asNumber(tf, tf.greater(signs, 0)), 2), 1);
    const agree = voting.map((x) => asNumber(tf, tf.greater(tf.mul(x, side), 0)));
    const selected = weighted.map((x, m) => tf.mul(x, agree[m]!));
    if (rule.merge === 'MAX') {
      const decided = tf.sub(1, isZero(tf, signs));
      return tf.mul(tf.mul(largestOf(tf, selected), decided), rule.lambda);
    }
    const sum = tf.mul(tf.addN(selected), rule.lambda);
    if (rule.merge === 'SUM') return sum;
    const divisor = tf.addN(rule.divisor === 'COUNT' ? agree : agree.map((x, m) => tf.mul(x, members[m]!.weight)));
    return tf.div(sum, tf.add(divisor, isZero(tf, divisor)));
  });
}

const electedSigns = (tf: TensorFlow, voting: readonly Tensor[], vote: SignVote): Tensor =>
  tf.sign(tf.addN(vote === 'MASS' ? [...voting] : voting.map((x) => tf.sign(x))));

const largestOf = (tf: TensorFlow, tensors: readonly Tensor[]): Tensor =>
  tensors.reduce((best, x) => tf.where(tf.greater(tf.abs(x), tf.abs(best)), x, best));

/** Σ of the elected signs, still on the device. */
export function composedSignSum(
  tf: TensorFlow,
  tensors: readonly Tensor[],
  members: readonly DisjointMember[],
  rule: Pick<DisjointRule, 'vote' | 'weightedVote'>,
): Tensor {
  return tf.tidy(() => {
    const voting = tensors.map((x, m) => {
      const trimmed = composedTrim(tf, x, members[m]!.cut);
      return rule.weightedVote ? tf.mul(trimmed, members[m]!.weight) : trimmed;
    });
    return tf.sum(electedSigns(tf, voting, rule.vote));
  });
}
