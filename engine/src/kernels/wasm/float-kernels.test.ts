import { describe, expect, it } from 'vitest';
import { decodeBF16, encodeBF16 } from '../../tensors/index.js';
import { signed, unsigned } from './assembler.js';
import { createFloatKernels } from './float-kernels.js';

const N = 1024;
const kernels = createFloatKernels(1 << 21);
const { buffer } = kernels;
/** Places in the kernels' memory, far enough apart for N float64 each. */
const at = (slot: number): number => slot * 8 * N;

/** Numbers of all magnitudes, both zeros, denormals and ties of rounding among them. */
function numbers(seed: number): Float32Array {
  let state = seed;
  const bits = Uint32Array.from({ length: N }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (i % 17 === 0) return (state & 0x80000000) >>> 0;
    if (i % 13 === 0) return ((state & 0x8007ffff) | 0) >>> 0;
    if (i % 7 === 0) return ((state & 0xbfff0000) | 0x8000) >>> 0;
    return ((state & 0x87ffffff) | 0x38000000) >>> 0;
  });
  return new Float32Array(bits.buffer);
}
const put = <T extends Float32Array | Float64Array | Uint16Array>(slot: number, values: T): T => {
  const view = new (values.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => T)(
    buffer,
    at(slot),
    values.length,
  );
  view.set(values);
  return view;
};
const f32 = (slot: number): Float32Array => new Float32Array(buffer, at(slot), N).slice();
const f64 = (slot: number): Float64Array => new Float64Array(buffer, at(slot), N).slice();
const bitsOf = (values: Float32Array | Float64Array): Uint32Array => new Uint32Array(values.slice().buffer);

describe('kernels give the bits of the plain loops', () => {
  const [x, y] = [numbers(1), numbers(2)];
  const [xCodes, yCodes] = [encodeBF16(x), encodeBF16(y)];

  it.each([0.3, -1, 1])('factor·x + factor·y in float64, factor %f', (factor) => {
    const sums = new Float64Array(N);
    for (let i = 0; i < N; i += 1) sums[i] = factor * x[i]! + 0.7 * y[i]!;
    put(1, x);
    put(2, y);
    kernels.scaleF32(at(0), at(1), at(1) + 4 * N, factor);
    kernels.addF32(at(0), at(2), at(2) + 4 * N, 0.7);
    expect(bitsOf(f64(0))).toEqual(bitsOf(sums));

    const halves = Float64Array.from(decodeBF16(xCodes), (value, i) => factor * value + 0.7 * decodeBF16(yCodes)[i]!);
    put(1, xCodes);
    put(2, yCodes);
    kernels.scaleBF16(at(0), at(1), at(1) + 2 * N, factor);
    kernels.addBF16(at(0), at(2), at(2) + 2 * N, 0.7);
    expect(bitsOf(f64(0))).toEqual(bitsOf(halves));
  });

  it('rounding to float32 and bfloat16', () => {
    const sums = Float64Array.from(x, (value, i) => value * (1 + i * 1e-9));
    put(0, sums);
    expect(kernels.encodeF32(at(1), at(0), at(0) + 8 * N)).toBe(0);
    expect(bitsOf(f32(1))).toEqual(bitsOf(new Float32Array(sums)));
    expect(kernels.encodeBF16(at(1), at(0), at(0) + 8 * N)).toBe(0);
    expect(new Uint16Array(buffer, at(1), N).slice()).toEqual(encodeBF16(new Float32Array(sums)));
  });

  it.each([
    ['F32', Infinity, 1],
    ['F32', Number.NaN, 1],
    ['F32', 1e39, 1],
    ['F32', 3.4e38, 0],
    ['BF16', Number.NaN, 1],
    ['BF16', -3.4e38, 1],
    ['BF16', 3.38e38, 0],
  ] as const)('%s of %f: not finite %i', (dtype, value, found) => {
    put(0, new Float64Array(N).fill(1).fill(value, 77, 78));
    expect(kernels[`encode${dtype}`](at(1), at(0), at(0) + 8 * N)).toBe(found);
  });

  it('differences', () => {
    const [left, right] = [decodeBF16(xCodes), decodeBF16(yCodes)];
    put(1, xCodes);
    put(2, yCodes);
    expect(kernels.subtractBF16(at(0), at(1), at(1) + 2 * N, at(2))).toBe(0);
    expect(bitsOf(f32(0))).toEqual(bitsOf(left.map((value, i) => value - right[i]!)));
    put(1, x);
    put(2, y);
    expect(kernels.subtractF32(at(0), at(1), at(1) + 4 * N, at(2))).toBe(0);
    expect(bitsOf(f32(0))).toEqual(bitsOf(x.map((value, i) => value - y[i]!)));
    put(1, new Float32Array(N).fill(Infinity, 9, 10));
    expect(kernels.subtractF32(at(0), at(1), at(1) + 4 * N, at(2))).toBe(1);
  });
});

describe('magnitudes', () => {
  const x = numbers(3);
  const magnitudes = bitsOf(x).map((bits) => bits & 0x7fffffff);

  it('are counted by their upper, then by their lower bits', () => {
    const k = createFloatKernels(1 << 21);
    const values = new Float32Array(k.buffer, 0, N);
    values.set(x);
    const [first, second, low] = [1 << 19, 1 << 20, (1 << 20) + (1 << 19)];
    k.countHigh(0, 4 * N, first, second);
    const [one, two] = [first, second].map((table) => new Uint32Array(k.buffer, table, 1 << 16));
    const counts = new Uint32Array(1 << 16);
    for (const bits of magnitudes) counts[bits >>> 15]! += 1;
    expect(one!.map((count, bin) => count + two![bin]!)).toEqual(counts);
    const prefix = magnitudes[5]! >>> 15;
    k.countLow(0, 4 * N, low, prefix);
    const lowCounts = new Uint32Array(1 << 15);
    for (const bits of magnitudes) if (bits >>> 15 === prefix) lowCounts[bits & 0x7fff]! += 1;
    expect(new Uint32Array(k.buffer, low, 1 << 15).slice()).toEqual(lowCounts);
  });

  it('are trimmed at a threshold, and those equal to it counted', () => {
    put(1, x);
    const [threshold] = magnitudes.toSorted().slice(N / 2);
    kernels.keepFrom(at(0), at(1), at(1) + 4 * N, threshold!);
    expect(bitsOf(f32(0))).toEqual(bitsOf(x.map((value, i) => (magnitudes[i]! >= threshold! ? value : 0))));
    expect(kernels.countEqual(at(1), at(1) + 4 * N, threshold!)).toBe(
      magnitudes.filter((bits) => bits === threshold).length,
    );
    expect(kernels.countEqual(at(1), at(1) + 4 * N, 0)).toBe(magnitudes.filter((bits) => bits === 0).length);
  });
});

it('the sum of squares', () => {
  const x = numbers(6);
  put(1, x);
  const exact = x.reduce((sum, value) => sum + value * value, 0);
  expect(Math.abs(kernels.sumSquares(at(1), at(1) + 4 * N) / exact - 1)).toBeLessThan(1e-14);
});

describe('votes', () => {
  const ballots = Float64Array.from(numbers(4), (value, i) => (i % 5 === 0 ? 0 : value));
  it('elect a sign', () => {
    put(0, ballots);
    kernels.electPositive(at(1), at(0), at(0) + 8 * N);
    expect(f32(1)).toEqual(Float32Array.from(ballots, (value) => (value >= 0 ? 1 : -1)));
    kernels.electNegative(at(1), at(0), at(0) + 8 * N);
    expect(f32(1)).toEqual(Float32Array.from(ballots, (value) => (value > 0 ? 1 : -1)));
  });

  it.each([1, -1])('entries that agree are added, with their share, and divided: turn %i', (turn) => {
    const [x, signs] = [numbers(5), Float32Array.from(ballots, (value) => (value >= 0 ? 1 : -1))];
    put(0, new Float64Array(N).fill(0.5));
    put(1, new Float64Array(N));
    put(2, x);
    put(3, signs);
    kernels.addAgreeing(at(0), at(1), at(2), at(2) + 4 * N, at(3), turn > 0 ? 0x3f800000 : 0xbf800000, 0.3, 0.25);
    const agrees = x.map((value, i) => (value * signs[i]! * turn > 0 ? 1 : 0));
    const sums = Float64Array.from(x, (value, i) => 0.5 + 0.3 * value * agrees[i]!);
    const divisors = Float64Array.from(agrees, (agree) => 0.25 * agree);
    expect(f64(0)).toEqual(sums);
    expect(f64(1)).toEqual(divisors);
    kernels.divide(at(0), at(0) + 8 * N, at(1), 2);
    expect(f64(0)).toEqual(sums.map((sum, i) => (2 * sum) / (divisors[i]! || 1)));
  });
});

it.each([
  [0, [0], [0]],
  [63, [63], [63]],
  [64, [64], [0xc0, 0]],
  [624485, [0xe5, 0x8e, 0x26], [0xe5, 0x8e, 0x26]],
])('LEB128 of %i', (value, plain, withSign) => {
  expect(unsigned(value)).toEqual(plain);
  expect(signed(value)).toEqual(withSign);
});

it('LEB128 of negative numbers', () => {
  expect(signed(-1)).toEqual([0x7f]);
  expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78]);
});
