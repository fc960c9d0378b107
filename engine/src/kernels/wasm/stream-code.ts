import { F64, I32, V128, type Code, type ValueType, type WasmFunction } from './assembler.js';
import {
  advance,
  f32x4,
  f64,
  f64x2,
  get,
  highHalf,
  i16x8,
  i32,
  i32x4,
  joinLow,
  set,
  v128,
  whileBelow,
} from './instructions.js';
import { MAGNITUDE, STEP } from './step.js';

/** Eight bfloat16 at a pointer as two vectors of float32: their bits are the upper halves. */
function loadBF16(pointer: number, first: number, second: number): Code {
  const half = (extend: (x: Code) => Code): Code => i32x4.shiftLeft(extend(v128.load(get(pointer))), i32.constant(16));
  return [...set(first, half(i32x4.extendLowUnsigned16)), ...set(second, half(i32x4.extendHighUnsigned16))];
}

const loadF32 = (pointer: number, first: number, second: number): Code => [
  ...set(first, v128.load(get(pointer))),
  ...set(second, v128.load(get(pointer), 16)),
];

interface Source {
  readonly suffix: 'BF16' | 'F32';
  readonly bytes: number;
  readonly load: (pointer: number, first: number, second: number) => Code;
}
export const SOURCES: readonly Source[] = [
  { suffix: 'BF16', bytes: 2, load: loadBF16 },
  { suffix: 'F32', bytes: 4, load: loadF32 },
];

/** accumulator = or += factor·x, in float64. Parameters: accumulator, x, end of x, factor. */
export function accumulate({ suffix, bytes, load }: Source, adds: boolean): WasmFunction {
  const [sums, x, end, factor, low, high, factors] = [0, 1, 2, 3, 4, 5, 6];
  const quarter = (pair: Code, offset: number): Code => {
    const product = f64x2.multiply(f64x2.promoteLow(pair), get(factors));
    return v128.store(get(sums), adds ? f64x2.add(v128.load(get(sums), offset), product) : product, offset);
  };
  return {
    name: `${adds ? 'add' : 'scale'}${suffix}`,
    parameters: [I32, I32, I32, F64],
    results: [],
    locals: [V128, V128, V128],
    body: [
      ...set(factors, f64x2.splat(get(factor))),
      ...whileBelow(x, end, [
        ...load(x, low, high),
        ...quarter(get(low), 0),
        ...quarter(highHalf(get(low)), 16),
        ...quarter(get(high), 32),
        ...quarter(highHalf(get(high)), 48),
        ...advance(x, STEP * bytes),
        ...advance(sums, STEP * 8),
      ]),
    ],
  };
}

/** Four float64 of an accumulator as float32. */
const demoted = (pointer: number, offset: number): Code =>
  joinLow(f32x4.demote(v128.load(get(pointer), offset)), f32x4.demote(v128.load(get(pointer), offset + 16)));

/** Bits of the upper half, rounded to nearest even. */
const roundedToBF16 = (bits: number): Code =>
  i32x4.shiftRight(
    i32x4.add(
      i32x4.add(get(bits), i32x4.splat(i32.constant(0x7fff))),
      v128.and(i32x4.shiftRight(get(bits), i32.constant(16)), i32x4.splat(i32.constant(1))),
    ),
    i32.constant(16),
  );

/** From half a step above the greatest bfloat16 on, rounding gives infinity. */
const OVERFLOW_BF16 = 0x7f7f8000;

/** Rounds an accumulator to float32 and then to the dtype. Parameters: output, accumulator, its end. Returns 1 where a number is not finite there. */
export function encode(suffix: 'BF16' | 'F32'): WasmFunction {
  const [out, sums, end, low, high, largest] = [0, 1, 2, 3, 4, 5];
  const noteMagnitude = (bits: number): Code =>
    set(largest, i32x4.maximumUnsigned(get(largest), v128.and(get(bits), MAGNITUDE)));
  const store =
    suffix === 'F32'
      ? [...v128.store(get(out), get(low)), ...v128.store(get(out), get(high), 16)]
      : v128.store(get(out), i16x8.narrowUnsigned(roundedToBF16(low), roundedToBF16(high)));
  const limit = suffix === 'F32' ? 0x7f800000 : OVERFLOW_BF16;
  return {
    name: `encode${suffix}`,
    parameters: [I32, I32, I32],
    results: [I32],
    locals: [V128, V128, V128],
    body: [
      ...whileBelow(sums, end, [
        ...set(low, demoted(sums, 0)),
        ...set(high, demoted(sums, 32)),
        ...noteMagnitude(low),
        ...noteMagnitude(high),
        ...store,
        ...advance(out, suffix === 'F32' ? 32 : 16),
        ...advance(sums, STEP * 8),
      ]),
      ...v128.anyTrue(i32x4.greaterOrEqualUnsigned(get(largest), i32x4.splat(i32.constant(limit)))),
    ],
  };
}

/** As many streams as `combine` has a kernel for. */
export const MOST_STREAMS = 4;

/**
 * out = Σ factor·x over so many BF16 streams, in float64 in their order, rounded to float32 and BF16: one pass in registers, bit for bit what `scale`, `add` and
 * `encode` do in several. Parameters: output, its end, the streams, their factors. Returns 1 where a number is not finite.
 */
export function combine(streams: number): WasmFunction {
  const [out, end, first] = [0, 1, 2];
  const factor = first + streams;
  const factors = factor + streams;
  const [low, high, largest] = [factors + streams, factors + streams + 1, factors + streams + 2];
  const sums = [0, 1, 2, 3].map((quarter) => largest + 1 + quarter);
  const each = Array.from({ length: streams }, (_, s) => s);
  const accumulateQuarter = (s: number, quarter: number, pair: Code): Code => {
    const product = f64x2.multiply(f64x2.promoteLow(pair), get(factors + s));
    return set(sums[quarter]!, s === 0 ? product : f64x2.add(get(sums[quarter]!), product));
  };
  const join = (x: number, y: number): Code => joinLow(f32x4.demote(get(sums[x]!)), f32x4.demote(get(sums[y]!)));
  const noteMagnitude = (bits: number): Code =>
    set(largest, i32x4.maximumUnsigned(get(largest), v128.and(get(bits), MAGNITUDE)));
  return {
    name: `combine${streams}`,
    parameters: [I32, I32, ...each.map(() => I32), ...each.map(() => F64)] as ValueType[],
    results: [I32],
    locals: [...each.map(() => V128), V128, V128, V128, V128, V128, V128, V128] as ValueType[],
    body: [
      ...each.flatMap((s) => set(factors + s, f64x2.splat(get(factor + s)))),
      ...whileBelow(out, end, [
        ...each.flatMap((s) => [
          ...loadBF16(first + s, low, high),
          ...accumulateQuarter(s, 0, get(low)),
          ...accumulateQuarter(s, 1, highHalf(get(low))),
          ...accumulateQuarter(s, 2, get(high)),
          ...accumulateQuarter(s, 3, highHalf(get(high))),
          ...advance(first + s, 2 * STEP),
        ]),
        ...set(low, join(0, 1)),
        ...set(high, join(2, 3)),
        ...noteMagnitude(low),
        ...noteMagnitude(high),
        ...v128.store(get(out), i16x8.narrowUnsigned(roundedToBF16(low), roundedToBF16(high))),
        ...advance(out, 2 * STEP),
      ]),
      ...v128.anyTrue(i32x4.greaterOrEqualUnsigned(get(largest), i32x4.splat(i32.constant(OVERFLOW_BF16)))),
    ],
  };
}

/** output = x - y in float32. Parameters: output, x, its end, y. Returns 1 where a difference is not finite. */
export function subtract({ suffix, bytes, load }: Source): WasmFunction {
  const [out, x, end, y, xLow, xHigh, yLow, yHigh, largest] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const half = (left: number, right: number, offset: number): Code => [
    ...set(left, f32x4.subtract(get(left), get(right))),
    ...set(largest, i32x4.maximumUnsigned(get(largest), v128.and(get(left), MAGNITUDE))),
    ...v128.store(get(out), get(left), offset),
  ];
  return {
    name: `subtract${suffix}`,
    parameters: [I32, I32, I32, I32],
    results: [I32],
    locals: [V128, V128, V128, V128, V128],
    body: [
      ...whileBelow(x, end, [
        ...load(x, xLow, xHigh),
        ...load(y, yLow, yHigh),
        ...half(xLow, yLow, 0),
        ...half(xHigh, yHigh, 16),
        ...advance(x, STEP * bytes),
        ...advance(y, STEP * bytes),
        ...advance(out, STEP * 4),
      ]),
      ...v128.anyTrue(i32x4.greaterOrEqualUnsigned(get(largest), i32x4.splat(i32.constant(0x7f800000)))),
    ],
  };
}

/** Σx² of float32, in float64. Parameters: x, its end. The order of the sums depends on the length alone. */
export function sumSquares(): WasmFunction {
  const [x, end, first, second, entry] = [0, 1, 2, 3, 4];
  const square = (pair: Code): Code => f64x2.multiply(f64x2.promoteLow(pair), f64x2.promoteLow(pair));
  const half = (offset: number): Code => [
    ...set(entry, v128.load(get(x), offset)),
    ...set(first, f64x2.add(get(first), square(get(entry)))),
    ...set(second, f64x2.add(get(second), square(highHalf(get(entry))))),
  ];
  return {
    name: 'sumSquares',
    parameters: [I32, I32],
    results: [F64],
    locals: [V128, V128, V128],
    body: [
      ...whileBelow(x, end, [...half(0), ...half(16), ...advance(x, STEP * 4)]),
      ...set(first, f64x2.add(get(first), get(second))),
      ...f64.add(f64x2.lane(get(first), 0), f64x2.lane(get(first), 1)),
    ],
  };
}
