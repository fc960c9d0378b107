import { describe, expect, it } from 'vitest';
import { decodeFloats, encodeFloats, floatBytes } from '../checkpoints/float-dtype.js';
import type { DisjointMember, DisjointRule } from './disjoint-rule.js';
import { cutAtRank, cutToCount, KEEP_ALL, KEEP_NONE } from './magnitude-cut.js';
import { countMagnitudes, countPlainly } from './magnitude-histogram.js';
import { joinBins, locateRank } from './magnitude-rank.js';
import { mergeDisjointInto, mergePlainly } from './merge-disjoint.js';
import { DifferenceMerger } from './difference-merger.js';
import type { BlockRule } from './disjoint-blocks.js';
import type { StreamDtype } from './stream-blocks.js';
import { countDifferences, mergeDifferences } from './ties-streams.js';
import { cutOfCounts, knownCut } from './trim-plan.js';
import { trimInto } from './trim.js';

/** Longer than what SIMD begins at, and no multiple of a block. */
const N = 70_003;

/** Multiples of 1/64, many of them equal and many 0, some tiny: thresholds have ties, votes cancel. */
function values(seed: number, count = N): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (state % 11 === 0) return 0;
    if (state % 13 === 0) return state & 1 ? 1e-42 : -1e-42;
    return ((state >>> 16) % 129) / 64 - 1;
  });
}
const bitsOf = (x: Float32Array): Uint32Array => new Uint32Array(x.slice().buffer);

describe('SIMD and plain loops agree bit for bit', () => {
  const x = values(1);
  it('in counting magnitudes', () => {
    const high = countMagnitudes(x, 0);
    expect(high).toEqual(countPlainly(x, 0));
    for (const prefix of [0, 0x7d00, high.findIndex((count) => count > 100), -1]) {
      expect(countMagnitudes(x, 1, prefix)).toEqual(countPlainly(x, 1, prefix));
    }
    expect(() => countMagnitudes(x.slice().fill(Infinity, 5, 6), 0)).toThrow(/NaN or an infinity/);
  });

  const rules: readonly DisjointRule[] = [-1, 0, 1].flatMap((zeroSign) =>
    (['MEAN', 'SUM'] as const).flatMap((merge) =>
      (['COUNT', 'WEIGHTS'] as const).flatMap((divisor) =>
        [true, false].map((weightedVote) => ({
          vote: 'MASS' as const,
          zeroSign: zeroSign as -1 | 0 | 1,
          merge,
          divisor,
          weightedVote,
          lambda: 0.7,
        })),
      ),
    ),
  );
  it.each(rules)('in $merge by $divisor, cancelled votes $zeroSign, weighted $weightedVote', (rule) => {
    const tensors = [values(2), values(3), values(4)];
    const members: DisjointMember[] = [
      { weight: 1, cut: cutToCount(tensors[0]!, 20_001) },
      { weight: -0.5, cut: cutAtRank(tensors[1]!, 30_000) },
      { weight: 0.25, cut: KEEP_ALL },
    ];
    for (const some of [
      members,
      members.map(({ cut }) => ({ cut, weight: 0 })),
      [...members.slice(0, 2), { weight: 1, cut: KEEP_NONE }],
    ]) {
      const [fast, plain] = [new Float32Array(N), new Float32Array(N)];
      mergeDisjointInto(tensors, some, rule, fast);
      mergePlainly(tensors, some, rule, plain);
      expect(Buffer.compare(Buffer.from(fast.buffer), Buffer.from(plain.buffer))).toBe(0);
    }
  });

  it('in refusing what is not finite', () => {
    const rule: DisjointRule = {
      vote: 'MASS',
      zeroSign: 1,
      merge: 'MEAN',
      divisor: 'COUNT',
      weightedVote: false,
      lambda: 1,
    };
    const bad = values(5).fill(Number.NaN, N - 1, N);
    expect(() =>
      mergeDisjointInto(
        [values(1), bad],
        [1, 1].map((weight) => ({ weight, cut: KEEP_ALL })),
        rule,
        new Float32Array(N),
      ),
    ).toThrow(/Tensor 1/);
  });
});

describe.each<StreamDtype>(['BF16', 'F32'])('TIES on stored %s', (dtype) => {
  const count = 9001;
  const stored = (seed: number) => ({ bytes: encodeFloats(Float64Array.from(values(seed, count)), dtype), dtype });
  const base = stored(6);
  const models = [stored(7), stored(8)];
  const decoded = (stream: { bytes: Uint8Array }): Float64Array => decodeFloats(stream.bytes, dtype);
  const deltas = models.map((model) => Float32Array.from(decoded(model), (value, i) => value - decoded(base)[i]!));

  it('finds an exact k-th magnitude in two passes', () => {
    const keep = 1800;
    const high = locateRank(countDifferences({ base, model: models[0]! }, 0), count - keep + 1);
    const low = locateRank(countDifferences({ base, model: models[0]! }, 1, high.bin), high.rank);
    const sorted = deltas[0]!.map(Math.abs).toSorted();
    expect(joinBins(high.bin, low.bin)).toBe(bitsOf(Float32Array.of(sorted[count - keep]!))[0]);
  });

  it('is base + the merge of the trimmed differences, rounded once, in stretches as in one', () => {
    const rule: DisjointRule = {
      vote: 'MASS',
      zeroSign: 1,
      merge: 'MEAN',
      divisor: 'WEIGHTS',
      weightedVote: true,
      lambda: 1,
    };
    const members = deltas.map((delta, m) => ({ weight: 1 + m, cut: cutToCount(delta, 1800) }));
    const kept = deltas.map((delta, m) => {
      const trimmed = new Float32Array(count);
      trimInto(delta, members[m]!.cut, trimmed);
      return trimmed;
    });
    const exact = Float64Array.from(decoded(base), (value, i) => {
      const entries = kept.map((delta, m) => (1 + m) * delta[i]!);
      const sign = entries[0]! + entries[1]! >= 0 ? 1 : -1;
      const agreeing = entries.map((entry) => entry * sign > 0);
      const divisor = agreeing.reduce((sum, agrees, m) => sum + (agrees ? 1 + m : 0), 0);
      const sum = entries.reduce((total, entry, m) => total + (agreeing[m] ? entry : 0), 0);
      return sum / (divisor || 1) + value;
    });
    const size = floatBytes(dtype);
    const bytes = new Uint8Array(size * count);
    const cutAt = 4100;
    const equalsIn = (m: number, begin: number, end: number): number =>
      bitsOf(deltas[m]!.map(Math.abs))
        .subarray(begin, end)
        .filter((bits) => bits === members[m]!.cut.bits).length;
    for (const [begin, end] of [
      [0, cutAt],
      [cutAt, count],
    ] as const) {
      const part = (stream: { bytes: Uint8Array }) => ({
        bytes: stream.bytes.subarray(size * begin, size * end),
        dtype,
      });
      const own = members.map(({ weight, cut }, m) => {
        const before = Math.min(cut.equals, equalsIn(m, 0, begin));
        return { weight, cut: { bits: cut.bits, equals: Math.min(cut.equals - before, equalsIn(m, begin, end)) } };
      });
      mergeDifferences(part(base), models.map(part), own, rule, {
        bytes: bytes.subarray(size * begin, size * end),
        dtype,
      });
    }
    const whole = new Uint8Array(size * count);
    mergeDifferences(base, models, members, rule, { bytes: whole, dtype });
    expect(Buffer.compare(whole, encodeFloats(exact, dtype))).toBe(0);
    expect(Buffer.compare(bytes, whole)).toBe(0);
  });

  it.each<BlockRule>([
    { vote: 'MASS', zeroSign: 1, merge: 'MEAN', divisor: 'WEIGHTS', weightedVote: true, lambda: 0.7 },
    { vote: 'NONE' },
  ])('by $vote is to the bit what a float32 task vector added to the base is, stretch after stretch', (rule) => {
    const members = deltas.map((delta, m) => ({ weight: 1 - 1.5 * m, cut: cutToCount(delta, 1800) }));
    const merged = new Float32Array(count);
    if (rule.vote !== 'NONE') mergePlainly(deltas, members, rule, merged);
    else {
      const kept = deltas.map((delta, m) => {
        const trimmed = new Float32Array(count);
        trimInto(delta, members[m]!.cut, trimmed);
        return trimmed;
      });
      merged.forEach((_, i) => (merged[i] = 0 + members[0]!.weight * kept[0]![i]! + members[1]!.weight * kept[1]![i]!));
    }
    const expected = encodeFloats(
      Float64Array.from(decoded(base), (value, i) => value + merged[i]!),
      dtype,
    );
    const size = floatBytes(dtype);
    const got = new Uint8Array(size * count);
    const merger = new DifferenceMerger(members, rule, 'FLOAT32_FIRST');
    for (let begin = 0; begin < count; begin += 1001) {
      const part = (bytes: Uint8Array) => ({ bytes: bytes.subarray(size * begin, size * (begin + 1001)), dtype });
      merger.merge(
        part(base.bytes),
        models.map(({ bytes }) => part(bytes)),
        part(got),
      );
    }
    expect(Buffer.compare(got, expected)).toBe(0);
  });

  it.each([1, 2, 5000, count - 1800, count, count + 1])('a cut at rank %d by counts is the cut by entries', (rank) => {
    for (const exact of rank > count ? [true] : [true, false]) {
      const pair = { base, model: models[0]! };
      const own = { kind: 'RANK' as const, rank, exact };
      const counted = (): unknown => {
        const high = locateRank(countDifferences(pair, 0), rank);
        return cutOfCounts(high, countDifferences(pair, 1, high.bin), exact);
      };
      const expected = exact ? cutToCount(deltas[0]!, count - rank + 1) : cutAtRank(deltas[0]!, rank);
      expect(knownCut(own, count) ?? counted()).toEqual(expected);
    }
    expect([knownCut({ kind: 'ALL' }, count), knownCut({ kind: 'NONE' }, count)]).toEqual([KEEP_ALL, KEEP_NONE]);
  });

  it('refuses other rules, and dtypes that differ', () => {
    const rule: DisjointRule = {
      vote: 'COUNT',
      zeroSign: 1,
      merge: 'MEAN',
      divisor: 'COUNT',
      weightedVote: false,
      lambda: 1,
    };
    const members = [1, 1].map((weight) => ({ weight, cut: KEEP_ALL }));
    const output = { bytes: new Uint8Array(base.bytes.length), dtype };
    expect(() => mergeDifferences(base, models, members, rule, output)).toThrow(/MASS/);
    const other = { bytes: new Uint8Array(2 * count), dtype: 'F16' as const };
    expect(() => mergeDifferences(base, [other, other], members, { ...rule, vote: 'MASS' }, output)).toThrow(
      /BF16 or F32/,
    );
  });
});
