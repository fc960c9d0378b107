import { assemble, F64, I32, V128, type Code, type ValueType, type WasmFunction } from './assembler.js';
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
  ifTrue,
  joinLow,
  joinMasks,
  set,
  v128,
  whileBelow,
  widenHighMask,
  widenLowMask,
} from './instructions.js';

/** Numbers that each step of a loop takes: lengths must be multiples of it. */
export const STEP = 8;

const MAGNITUDE = i32x4.splat(i32.constant(0x7fffffff));

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
const SOURCES: readonly Source[] = [
  { suffix: 'BF16', bytes: 2, load: loadBF16 },
  { suffix: 'F32', bytes: 4, load: loadF32 },
];

/** accumulator = or += factor·x, in float64. Parameters: accumulator, x, end of x, factor. */
function accumulate({ suffix, bytes, load }: Source, adds: boolean): WasmFunction {
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
function encode(suffix: 'BF16' | 'F32'): WasmFunction {
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
function combine(streams: number): WasmFunction {
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
function subtract({ suffix, bytes, load }: Source): WasmFunction {
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

/**
 * Counts float32 by the upper 16 bits of their magnitudes. Parameters: x, its end, counts, other counts. Neighbours go to two tables: a bin that is hit
 * twice in a row would wait for its own store.
 */
function countHigh(): WasmFunction {
  const [x, end, first, second, address] = [0, 1, 2, 3, 4];
  const count = (offset: number, table: number): Code => [
    ...set(
      address,
      i32.add(get(table), i32.and(i32.shiftRight(i32.load(get(x), offset), i32.constant(13)), i32.constant(0x3fffc))),
    ),
    ...i32.store(get(address), i32.add(i32.load(get(address)), i32.constant(1))),
  ];
  return {
    name: 'countHigh',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [I32],
    body: whileBelow(x, end, [
      ...[0, 8, 16, 24].flatMap((offset) => [...count(offset, first), ...count(offset + 4, second)]),
      ...advance(x, STEP * 4),
    ]),
  };
}

/** Counts, by the lower 15 bits, the float32 whose upper magnitude bits are `prefix`. Parameters: x, its end, counts, prefix. */
function countLow(): WasmFunction {
  const [x, end, table, prefix, address, prefixes] = [0, 1, 2, 3, 4, 5];
  const found = (offset: number): Code =>
    i32x4.equal(i32x4.shiftRight(v128.and(v128.load(get(x), offset), MAGNITUDE), i32.constant(15)), get(prefixes));
  const count = (offset: number): Code =>
    ifTrue(
      i32.equal(i32.and(i32.shiftRight(i32.load(get(x), offset), i32.constant(15)), i32.constant(0xffff)), get(prefix)),
      [
        ...set(
          address,
          i32.add(get(table), i32.shiftLeft(i32.and(i32.load(get(x), offset), i32.constant(0x7fff)), i32.constant(2))),
        ),
        ...i32.store(get(address), i32.add(i32.load(get(address)), i32.constant(1))),
      ],
    );
  return {
    name: 'countLow',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [I32, V128],
    body: [
      ...set(prefixes, i32x4.splat(get(prefix))),
      ...whileBelow(x, end, [
        ...ifTrue(v128.anyTrue(v128.or(found(0), found(16))), [0, 4, 8, 12, 16, 20, 24, 28].flatMap(count)),
        ...advance(x, STEP * 4),
      ]),
    ],
  };
}

/**
 * output = x where its magnitude bits reach `least`, 0 elsewhere. Parameters: output, x, its end, least. Returns 1 where an entry is not finite.
 */
function keepFrom(): WasmFunction {
  const [out, x, end, least, limits, entry, magnitude, largest] = [0, 1, 2, 3, 4, 5, 6, 7];
  const half = (offset: number): Code => [
    ...set(entry, v128.load(get(x), offset)),
    ...set(magnitude, v128.and(get(entry), MAGNITUDE)),
    ...set(largest, i32x4.maximumUnsigned(get(largest), get(magnitude))),
    ...v128.store(get(out), v128.and(get(entry), i32x4.greaterOrEqualUnsigned(get(magnitude), get(limits))), offset),
  ];
  return {
    name: 'keepFrom',
    parameters: [I32, I32, I32, I32],
    results: [I32],
    locals: [V128, V128, V128, V128],
    body: [
      ...set(limits, i32x4.splat(get(least))),
      ...whileBelow(x, end, [...half(0), ...half(16), ...advance(x, STEP * 4), ...advance(out, STEP * 4)]),
      ...v128.anyTrue(i32x4.greaterOrEqualUnsigned(get(largest), i32x4.splat(i32.constant(0x7f800000)))),
    ],
  };
}

/** How many entries have exactly these magnitude bits. Parameters: x, its end, bits. */
function countEqual(): WasmFunction {
  const [x, end, bits, wanted, counts] = [0, 1, 2, 3, 4];
  // A mask is -1 where it holds.
  const half = (offset: number): Code =>
    set(counts, i32x4.subtract(get(counts), i32x4.equal(v128.and(v128.load(get(x), offset), MAGNITUDE), get(wanted))));
  return {
    name: 'countEqual',
    parameters: [I32, I32, I32],
    results: [I32],
    locals: [V128, V128],
    body: [
      ...set(wanted, i32x4.splat(get(bits))),
      ...whileBelow(x, end, [...half(0), ...half(16), ...advance(x, STEP * 4)]),
      ...i32.add(
        i32.add(i32x4.lane(get(counts), 0), i32x4.lane(get(counts), 1)),
        i32.add(i32x4.lane(get(counts), 2), i32x4.lane(get(counts), 3)),
      ),
    ],
  };
}

const ONES = i32x4.splat(i32.constant(0x3f800000));
const MINUS_ONES = i32x4.splat(i32.constant(0xbf800000 | 0));

/** Signs ±1 in float32 of float64 ballots; those that cancel give +1 or -1. Parameters: signs, ballots, their end. */
function elect(cancelledWins: boolean): WasmFunction {
  const [out, ballots, end] = [0, 1, 2];
  const zero = f64x2.splat(f64.constant(0));
  const wins = (offset: number): Code =>
    (cancelledWins ? f64x2.greaterOrEqual : f64x2.greater)(v128.load(get(ballots), offset), zero);
  const half = (offset: number): Code =>
    v128.store(get(out), v128.select(ONES, MINUS_ONES, joinMasks(wins(2 * offset), wins(2 * offset + 16))), offset);
  return {
    name: cancelledWins ? 'electPositive' : 'electNegative',
    parameters: [I32, I32, I32],
    results: [],
    locals: [],
    body: whileBelow(ballots, end, [...half(0), ...half(16), ...advance(ballots, STEP * 8), ...advance(out, STEP * 4)]),
  };
}

/**
 * Adds the entries that agree with the elected sign: sums += weight·entry, divisors += share. Parameters: sums, divisors, entries, their end, signs,
 * turn (±1: a negative weight turns the vote), weight, share.
 */
function addAgreeing(): WasmFunction {
  const [sums, divisors, x, end, signs, turn, weight, share, entry, mask, turns, weights, shares] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
  ];
  const zero = i32x4.splat(i32.constant(0));
  const pair = (entries: Code, wide: Code, offset: number): Code => [
    ...v128.store(
      get(sums),
      f64x2.add(v128.load(get(sums), offset), f64x2.multiply(f64x2.promoteLow(entries), get(weights))),
      offset,
    ),
    ...v128.store(get(divisors), f64x2.add(v128.load(get(divisors), offset), v128.and(wide, get(shares))), offset),
  ];
  const half = (offset: number): Code => [
    ...set(entry, v128.load(get(x), offset)),
    ...set(
      mask,
      f32x4.greater(f32x4.multiply(f32x4.multiply(get(entry), v128.load(get(signs), offset)), get(turns)), zero),
    ),
    ...set(entry, v128.and(get(entry), get(mask))),
    ...pair(get(entry), widenLowMask(get(mask)), 2 * offset),
    ...pair(highHalf(get(entry)), widenHighMask(get(mask)), 2 * offset + 16),
  ];
  return {
    name: 'addAgreeing',
    parameters: [I32, I32, I32, I32, I32, I32, F64, F64],
    results: [],
    locals: [V128, V128, V128, V128, V128],
    body: [
      ...set(turns, i32x4.splat(get(turn))),
      ...set(weights, f64x2.splat(get(weight))),
      ...set(shares, f64x2.splat(get(share))),
      ...whileBelow(x, end, [
        ...half(0),
        ...half(16),
        ...advance(x, STEP * 4),
        ...advance(signs, STEP * 4),
        ...advance(sums, STEP * 8),
        ...advance(divisors, STEP * 8),
      ]),
    ],
  };
}

/** sums = λ·sums / divisors, where a divisor of 0 counts as 1. Parameters: sums, their end, divisors, λ. */
function divide(): WasmFunction {
  const [sums, end, divisors, lambda, factors, divisor] = [0, 1, 2, 3, 4, 5];
  const pair = (offset: number): Code => [
    ...set(divisor, v128.load(get(divisors), offset)),
    ...v128.store(
      get(sums),
      f64x2.divide(
        f64x2.multiply(get(factors), v128.load(get(sums), offset)),
        v128.select(
          f64x2.splat(f64.constant(1)),
          get(divisor),
          f64x2.equal(get(divisor), f64x2.splat(f64.constant(0))),
        ),
      ),
      offset,
    ),
  ];
  return {
    name: 'divide',
    parameters: [I32, I32, I32, F64],
    results: [],
    locals: [V128, V128],
    body: [
      ...set(factors, f64x2.splat(get(lambda))),
      ...whileBelow(sums, end, [
        ...[0, 16, 32, 48].flatMap(pair),
        ...advance(sums, STEP * 8),
        ...advance(divisors, STEP * 8),
      ]),
    ],
  };
}

/** Σx² of float32, in float64. Parameters: x, its end. The order of the sums depends on the length alone. */
function sumSquares(): WasmFunction {
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

/** The module of all kernels. Assembled here rather than compiled elsewhere, so that what runs is what is read. */
export const floatKernelCode = (): Uint8Array<ArrayBuffer> =>
  assemble([
    ...SOURCES.flatMap((source) => [accumulate(source, false), accumulate(source, true), subtract(source)]),
    ...Array.from({ length: MOST_STREAMS }, (_, s) => combine(s + 1)),
    encode('BF16'),
    encode('F32'),
    countHigh(),
    countLow(),
    keepFrom(),
    countEqual(),
    elect(true),
    elect(false),
    addAgreeing(),
    divide(),
    sumSquares(),
  ]);
