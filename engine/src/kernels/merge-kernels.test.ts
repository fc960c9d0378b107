import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../backend/index.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { cutToCount, KEEP_ALL, KEEP_NONE } from './magnitude-cut.js';
import type { DisjointRule } from './disjoint-rule.js';
import { referenceMerge, testValues } from './reference-merge.testing.js';
import { electedSignSum, magnitudeHistogram, mergeDisjoint, trimTensor, withFloats } from './merge-operations.js';

/** A backend that has tfjs's own operations and none of our kernels, as WebGPU does. */
const COMPOSED = 'composed';

const rule: DisjointRule = {
  vote: 'MASS',
  weightedVote: true,
  zeroSign: 1,
  merge: 'MEAN',
  divisor: 'COUNT',
  lambda: 1,
};

beforeAll(() => {
  tf.registerBackend(COMPOSED, tf.findBackendFactory('cpu'));
  tf.copyRegisteredKernels('cpu', COMPOSED);
});
afterAll(() => tf.removeBackend(COMPOSED));

describe.each([...testedBackends, COMPOSED])('merge kernels on %s', (name) => {
  let dispose = (): void => {};
  beforeAll(async () => {
    if (name === COMPOSED) await tf.setBackend(COMPOSED);
    else ({ dispose } = await selectBackend({ backend: name }));
  });
  afterAll(() => dispose());

  const rules: readonly [string, DisjointRule][] = (['MASS', 'COUNT'] as const).flatMap((vote) =>
    [true, false].flatMap((weightedVote) =>
      (
        [
          ['MEAN', 'COUNT', 1],
          ['MEAN', 'WEIGHTS', -1],
          ['SUM', 'COUNT', 0],
          ['MAX', 'COUNT', 0],
        ] as const
      ).map(([merge, divisor, zeroSign]): [string, DisjointRule] => [
        `${vote} ${weightedVote ? 'weighted' : 'plain'} ${merge} ${divisor} zero ${zeroSign}`,
        { vote, weightedVote, merge, divisor, zeroSign, lambda: 0.5 },
      ]),
    ),
  );
  const weights = [1, 0.5, -2, 0.25];

  it.each(rules)('merges as the rule read element by element: %s', async (_, current) => {
    // Multiples of 1/8: all sums are exact, so no backend may round an election away. Odd sizes cross block borders.
    const arrays = weights.map((_w, m) => testValues(61 * 71, m));
    const members = arrays.map((values, m) => ({ weight: weights[m]!, cut: cutToCount(values, 2000 + m) }));
    const tensors = arrays.map((values) => tf.tensor2d(values, [61, 71]));
    const merged = await mergeDisjoint(tf, tensors, members, current);
    const expected = referenceMerge(arrays, weights, members, current);
    expect(merged.shape).toEqual([61, 71]);
    const got = await merged.data();
    // One division in float32 on the composed path.
    got.forEach((value, i) =>
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-6 * Math.abs(expected[i]!)),
    );
    tf.dispose([merged, ...tensors]);
  });

  it('leaves its inputs as they are and leaks no tensor', async () => {
    const x = tf.tensor1d([3, -2, 1]);
    const before = tf.memory().numTensors;
    const merged = await mergeDisjoint(
      tf,
      [x, x],
      [1, 1].map((weight) => ({ weight, cut: KEEP_ALL })),
      rule,
    );
    expect([...(await merged.data())]).toEqual([3, -2, 1]);
    expect([...(await x.data())]).toEqual([3, -2, 1]);
    merged.dispose();
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  it.each([
    ['keeps all', KEEP_ALL, [1, -1, 0.5, -3]],
    ['keeps none', KEEP_NONE, [0, 0, 0, 0]],
    ['keeps the first of two equals', { bits: 0x3f800000, equals: 1 }, [1, 0, 0, -3]],
    ['keeps all equals', { bits: 0x3f800000, equals: Infinity }, [1, -1, 0, -3]],
  ] as const)('trim %s', async (_, cut, expected) => {
    const x = tf.tensor2d([1, -1, 0.5, -3], [2, 2]);
    const trimmed = trimTensor(tf, x, cut);
    expect([...(await trimmed.data())].map((value) => value + 0)).toEqual([...expected]);
    tf.dispose([x, trimmed]);
  });

  it('takes empty tensors and single elements', async () => {
    const empty = tf.zeros<tf.Rank.R2>([0, 4]);
    const none = await mergeDisjoint(
      tf,
      [empty, empty],
      [1, 1].map((weight) => ({ weight, cut: KEEP_ALL })),
      rule,
    );
    expect(none.shape).toEqual([0, 4]);
    expect(trimTensor(tf, empty, KEEP_ALL).shape).toEqual([0, 4]);
    expect(await electedSignSum(tf, [empty], [{ weight: 1, cut: KEEP_ALL }], rule)).toBe(0);
    expect((await magnitudeHistogram(tf, empty, 0)).every((count) => count === 0)).toBe(true);
    const one = tf.tensor1d([-7]);
    const same = await mergeDisjoint(tf, [one], [{ weight: 1, cut: KEEP_ALL }], rule);
    expect([...(await same.data())]).toEqual([-7]);
    tf.dispose([empty, none, one, same]);
  });

  it('treats -0 as 0: it votes for no sign and agrees with none', async () => {
    const tensors = [tf.tensor1d([-0, -0, 2]), tf.tensor1d([1, -0, -0])];
    const merged = await mergeDisjoint(
      tf,
      tensors,
      [1, 1].map((weight) => ({ weight, cut: KEEP_ALL })),
      rule,
    );
    expect([...(await merged.data())].map((value) => value + 0)).toEqual([1, 0, 2]);
    tf.dispose([merged, ...tensors]);
  });

  it('lends values as they are, and counts magnitudes by their bits', async () => {
    const x = tf.tensor2d([1, -2, 0, 0.5], [2, 2]);
    expect(await withFloats(tf, [x, x], (values) => values.map((lent) => [...lent]))).toEqual([
      [1, -2, 0, 0.5],
      [1, -2, 0, 0.5],
    ]);
    const counts = await magnitudeHistogram(tf, x, 0);
    expect([0, 0x3f000000, 0x3f800000, 0x40000000].map((bits) => counts[bits >>> 15])).toEqual([1, 1, 1, 1]);
    x.dispose();
  });

  it('counts elected signs, cancelled ones as 0', async () => {
    const tensors = [tf.tensor1d([1, -1, 2, 0]), tf.tensor1d([1, -2, -2, 0])];
    const members = [1, 1].map((weight) => ({ weight, cut: KEEP_ALL }));
    expect(await electedSignSum(tf, tensors, members, { vote: 'MASS', weightedVote: false })).toBe(0);
    expect(await electedSignSum(tf, tensors.slice(0, 1), members.slice(0, 1), rule)).toBe(1);
    tf.dispose(tensors);
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses %s', async (bad) => {
    const x = tf.tensor1d([1, bad, 2]);
    await expect(mergeDisjoint(tf, [x], [{ weight: 1, cut: KEEP_ALL }], rule)).rejects.toMatchObject({
      code: 'KERNELS_NOT_FINITE',
    });
    await expect(magnitudeHistogram(tf, x, 0)).rejects.toMatchObject({ code: 'KERNELS_NOT_FINITE' });
    x.dispose();
  });

  it('refuses shapes that differ, integers, and members without a tensor', async () => {
    const members = [1, 1].map((weight) => ({ weight, cut: KEEP_ALL }));
    const [x, y, z] = [tf.tensor1d([1, 2]), tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 2], 'int32')];
    await expect(mergeDisjoint(tf, [x, y], members, rule)).rejects.toMatchObject({ code: 'KERNELS_SHAPE_MISMATCH' });
    await expect(mergeDisjoint(tf, [x, z], members, rule)).rejects.toMatchObject({ code: 'KERNELS_DTYPE_UNSUPPORTED' });
    await expect(mergeDisjoint(tf, [x], members, rule)).rejects.toMatchObject({ code: 'KERNELS_ARGUMENT_INVALID' });
    await expect(mergeDisjoint(tf, [], [], rule)).rejects.toMatchObject({ code: 'KERNELS_ARGUMENT_INVALID' });
    tf.dispose([x, y, z]);
  });
});
