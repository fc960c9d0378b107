import { describe, expect, it } from 'vitest';
import { decodeFloats, encodeFloats, FLOAT_DTYPES, floatBytes, type FloatDtype } from '../checkpoints/float-dtype.js';
import { Bf16Lane, LANE_STREAMS } from './bf16-lane.js';
import { FloatStreams, type FloatStream } from './float-streams.js';

const streams = new FloatStreams();
/** A length that fills no block: the tail is the place of mistakes. */
const N = 4096 + 2 * 1024 + 5;

function stream(dtype: FloatDtype, seed: number): FloatStream {
  let state = seed;
  const values = Float64Array.from({ length: N }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) / 2 ** 24 - 0.5) * 2 ** (state % 7);
  });
  return { bytes: encodeFloats(values, dtype), dtype };
}
const decoded = ({ bytes, dtype }: FloatStream): Float64Array => decodeFloats(bytes, dtype);

describe('a weighted sum of streams is the float64 sum, rounded to the dtype', () => {
  const pairs = FLOAT_DTYPES.flatMap((input) => FLOAT_DTYPES.map((output) => [input, output] as const));
  it.each(pairs)(
    '%s to %s, beside BF16',
    (input, output) => {
      const [x, y, z] = [stream(input, 1), stream('BF16', 2), stream(input, 3)];
      const factors = [0.3, -0.75, 1.5];
      const [second, third] = [decoded(y), decoded(z)];
      const expected = decoded(x).map((value, i) => 0.3 * value + -0.75 * second[i]! + 1.5 * third[i]!);
      const out = new Uint8Array(N * floatBytes(output));
      expect(streams.combine([x, y, z], factors, output, out)).toBe(true);
      expect(Buffer.compare(out, encodeFloats(expected, output))).toBe(0);
    },
    20_000,
  );

  it('five streams of BF16, more than there is a kernel for', () => {
    const given = [1, 2, 3, 4, 5].map((seed) => stream('BF16', seed));
    const out = new Uint8Array(2 * N);
    expect(streams.combine(given, [1, 1, 1, 1, 1], 'BF16', out)).toBe(true);
    const numbers = given.map(decoded);
    const expected = numbers[0]!.map((_, i) => numbers.reduce((sum, values) => sum + values[i]!, 0));
    expect(Buffer.compare(out, encodeFloats(expected, 'BF16'))).toBe(0);
  });

  it.each(Array.from({ length: LANE_STREAMS }, (_, i) => i + 1))('%i streams of BF16', (count) => {
    const given = Array.from({ length: count }, (_, seed) => stream('BF16', seed));
    const factors = given.map((_, i) => 0.37 * (i + 1) - 0.8);
    const numbers = given.map(decoded);
    const expected = numbers[0]!.map((_, i) =>
      numbers.slice(1).reduce((sum, values, s) => sum + factors[s + 1]! * values[i]!, factors[0]! * numbers[0]![i]!),
    );
    const out = new Uint8Array(2 * N);
    expect(streams.combine(given, factors, 'BF16', out)).toBe(true);
    expect(Buffer.compare(out, encodeFloats(expected, 'BF16'))).toBe(0);
    const lane = new Bf16Lane(count, N + 3);
    given.forEach(({ bytes }, s) => lane.input(s, N).set(bytes));
    const direct = new Uint8Array(2 * N);
    const finite = lane.combine(factors, direct);
    expect([finite, Buffer.compare(direct, out)]).toEqual([true, 0]);
  });

  it.each(FLOAT_DTYPES)('%s: one stream at factor 1 keeps every bit, zeros with a sign too', (dtype) => {
    const x = stream(dtype, 4);
    new DataView(x.bytes.buffer).setUint8(floatBytes(dtype) - 1, 0x80);
    const out = new Uint8Array(x.bytes.length);
    streams.combine([x, stream('F32', 5)], [1, 0], dtype, out);
    expect(Buffer.compare(out, x.bytes)).toBe(0);
  });

  it('of no streams is zero', () => {
    const out = new Uint8Array(2 * N).fill(1);
    expect(streams.combine([stream('BF16', 1)], [0], 'BF16', out)).toBe(true);
    expect(out.every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['BF16', 3e38, 2],
    ['F16', 60_000, 2],
    ['F32', 3e38, 2],
    ['BF16', Number.NaN, 1],
    ['F16', Infinity, 1],
    ['F64', Number.NaN, 1],
  ] as const)('%s of %f times %i is found not to be finite', (dtype, value, factor) => {
    const values = new Float64Array(N).fill(1);
    values[N - 1] = value;
    const x: FloatStream = { bytes: encodeFloats(values, dtype), dtype };
    expect(streams.combine([x], [factor], dtype, new Uint8Array(x.bytes.length))).toBe(false);
  });
});

describe('differences', () => {
  it.each([
    ['BF16', 'BF16'],
    ['F32', 'F32'],
    ['F16', 'F16'],
    ['F64', 'BF16'],
    ['F32', 'BF16'],
  ] as const)('%s - %s is rounded to float32 once', (left, right) => {
    const [x, y] = [stream(left, 6), stream(right, 7)];
    const out = new Float32Array(N);
    expect(streams.subtract(x, y, out)).toBe(true);
    const subtrahend = decoded(y);
    const expected = Float32Array.from(decoded(x), (value, i) => value - subtrahend[i]!);
    expect(out).toEqual(expected);
    const squares = expected.reduce((sum, value) => sum + value * value, 0);
    expect(Math.abs(streams.squaredDistance(x, y) / squares - 1)).toBeLessThan(1e-12);
  });
});
