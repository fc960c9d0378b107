import { I32, V128, type Code, type WasmFunction } from '../kernels/wasm/assembler.js';
import { advance, get, i32, set, v128, whileBelow } from '../kernels/wasm/instructions.js';
import { exponential } from './exponential.js';
import { advanceBy, f32x4, i32Multiply, type MultiplyAdd } from './simd.js';

/** Rows that one pass over a panel makes: with two vectors of columns 10 sums, enough to hide the latency of the products, and no register is spilled. */
export const TILE_ROWS = 5;
/** Columns of a panel. */
export const TILE_COLUMNS = 8;
/** Depths must be multiples of it. */
export const TILE_DEPTH = 4;

/** What becomes of x W + b: it is stored, quick_gelu of it is, or it is added to what is there. */
export type Finish = 'STORE' | 'QUICK_GELU' | 'ADD';

/** The slope of the sigmoid in quick_gelu, for powers of two. */
const GELU_SLOPE = -1.702 * Math.LOG2E;

/**
 * c = finish(a·b + bias) over the panels `[columns / 8][depth][8]` of b. Rows are made `TILE_ROWS` at a time, also beyond the end: every buffer has room for that.
 * Parameters, in bytes: a, its end, b, its end, c, bias, length of a row of a that is multiplied, from one row of a to the next, the same of c.
 */
export function matrixProduct(name: string, finish: Finish, multiplyAdd: MultiplyAdd): WasmFunction {
  const [a, aEnd, b, bEnd, c, bias, depth, aStep, cStep] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [row, out, panel, end] = [9, 10, 11, 12];
  const rows = Array.from({ length: TILE_ROWS }, (_, i) => 13 + i);
  const vectors = 13 + TILE_ROWS;
  const [low, high, factor, whole, part] = [vectors, vectors + 1, vectors + 2, vectors + 3, vectors + 4];
  const sums = rows.map((_, i) => [vectors + 5 + 2 * i, vectors + 6 + 2 * i] as const);
  const steps = Array.from({ length: TILE_DEPTH }, (_, k) => k);
  const finished = (sum: number, offset: number): Code => {
    if (finish === 'ADD') return v128.store(get(out), f32x4.add(get(sum), v128.load(get(out), offset)), offset);
    if (finish === 'STORE') return v128.store(get(out), get(sum), offset);
    return [
      ...set(factor, f32x4.multiply(get(sum), f32x4.constant(GELU_SLOPE))),
      ...exponential(multiplyAdd, factor, whole, part),
      ...v128.store(get(out), f32x4.divide(get(sum), f32x4.add(get(factor), f32x4.constant(1))), offset),
    ];
  };
  const tile: Code = [
    ...set(panel, get(b)),
    ...set(end, i32.add(get(row), get(depth))),
    ...rows.flatMap((pointer, i) => set(pointer, i === 0 ? get(row) : i32.add(get(rows[i - 1]!), get(aStep)))),
    ...sums.flatMap(([first, second]) => [
      ...set(first, v128.load(get(bias))),
      ...set(second, v128.load(get(bias), 16)),
    ]),
    ...whileBelow(rows[0]!, end, [
      ...steps.flatMap((k) => [
        ...set(low, v128.load(get(panel), k * 32)),
        ...set(high, v128.load(get(panel), k * 32 + 16)),
        ...rows.flatMap((pointer, i) => [
          ...set(factor, f32x4.loadSplat(get(pointer), k * 4)),
          ...set(sums[i]![0], multiplyAdd(get(factor), get(low), get(sums[i]![0]))),
          ...set(sums[i]![1], multiplyAdd(get(factor), get(high), get(sums[i]![1]))),
        ]),
      ]),
      ...rows.flatMap((pointer) => advance(pointer, 4 * TILE_DEPTH)),
      ...advance(panel, 32 * TILE_DEPTH),
    ]),
    ...sums.flatMap(([first, second]) => [...finished(first, 0), ...finished(second, 16), ...advanceBy(out, cStep)]),
  ];
  return {
    name,
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [
      ...[row, out, panel, end, ...rows].map(() => I32 as typeof I32),
      ...[low, high, factor, whole, part, ...sums.flat()].map(() => V128 as typeof V128),
    ],
    body: whileBelow(b, bEnd, [
      ...set(row, get(a)),
      ...set(out, get(c)),
      ...whileBelow(row, aEnd, [
        ...tile,
        ...set(row, i32.add(get(row), i32Multiply(get(aStep), i32.constant(TILE_ROWS)))),
      ]),
      ...set(b, i32.add(get(b), i32Multiply(get(depth), i32.constant(TILE_COLUMNS)))),
      ...advance(bias, 32),
      ...advance(c, 32),
    ]),
  };
}
