import { F64, I32, V128, type Code, type WasmFunction } from './assembler.js';
import {
  advance,
  f32x4,
  f64,
  f64x2,
  get,
  highHalf,
  i32,
  i32x4,
  joinMasks,
  set,
  v128,
  whileBelow,
  widenHighMask,
  widenLowMask,
} from './instructions.js';
import { STEP } from './step.js';

const ONES = i32x4.splat(i32.constant(0x3f800000));
const MINUS_ONES = i32x4.splat(i32.constant(0xbf800000 | 0));

/** Signs ±1 in float32 of float64 ballots; those that cancel give +1 or -1. Parameters: signs, ballots, their end. */
export function elect(cancelledWins: boolean): WasmFunction {
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
export function addAgreeing(): WasmFunction {
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
export function divide(): WasmFunction {
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
