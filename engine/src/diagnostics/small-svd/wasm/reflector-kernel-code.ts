import { assemble, F64, I32, V128, type Code, type WasmFunction } from '../../../kernels/wasm/assembler.js';
import { advance, f64, f64x2, get, i32, set, v128, whileBelow } from '../../../kernels/wasm/instructions.js';

/** Rows are padded with zeros to a multiple of it. */
export const LANES = 4;
const BYTES = 8;
const zero: Code = f64x2.splat(f64.constant(0));
const move = (local: number, by: Code): Code => set(local, i32.add(get(local), by));
/** One float64 into both lanes. */
const loadSplat = (address: Code): Code => f64x2.splat([...address, 0x2b, 3, 0]);

/**
 * For each row of X: row += a·w + b·v with a and b of that row, then its product with `next`: one pass over X does the update of rank 2 of one step of
 * the reduction and the product of the next. Pointers and steps are in bytes; `width` is a multiple of four numbers.
 */
function updateRows(): WasmFunction {
  const [x, xEnd, xStep, width, v, w, next, image, aAt, bAt] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const [at, end, vAt, wAt, nextAt, a, b, low, high, value] = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
  const step = (offset: number, sum: number): Code => [
    ...set(
      value,
      f64x2.add(
        v128.load(get(at), offset),
        f64x2.add(
          f64x2.multiply(get(a), v128.load(get(wAt), offset)),
          f64x2.multiply(get(b), v128.load(get(vAt), offset)),
        ),
      ),
    ),
    ...v128.store(get(at), get(value), offset),
    ...set(sum, f64x2.add(get(sum), f64x2.multiply(get(value), v128.load(get(nextAt), offset)))),
  ];
  return {
    name: 'updateRows',
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I32, I32, I32, V128, V128, V128, V128, V128],
    body: whileBelow(x, xEnd, [
      ...set(at, get(x)),
      ...set(end, i32.add(get(x), get(width))),
      ...set(vAt, get(v)),
      ...set(wAt, get(w)),
      ...set(nextAt, get(next)),
      ...set(a, loadSplat(get(aAt))),
      ...set(b, loadSplat(get(bAt))),
      ...set(low, zero),
      ...set(high, zero),
      ...whileBelow(at, end, [
        ...step(0, low),
        ...step(16, high),
        ...advance(at, LANES * BYTES),
        ...advance(vAt, LANES * BYTES),
        ...advance(wAt, LANES * BYTES),
        ...advance(nextAt, LANES * BYTES),
      ]),
      ...set(low, f64x2.add(get(low), get(high))),
      // f64.store
      ...get(image),
      ...f64.add(f64x2.lane(get(low), 0), f64x2.lane(get(low), 1)),
      0x39,
      3,
      0,
      ...advance(image, BYTES),
      ...advance(aAt, BYTES),
      ...advance(bAt, BYTES),
      ...move(x, get(xStep)),
    ]),
  };
}

/** For each row y: y += (factor·Σ v·y)·v, over `width` bytes. */
function reflectRows(): WasmFunction {
  const [y, yEnd, yStep, width, v, factor] = [0, 1, 2, 3, 4, 5];
  const [at, end, vAt, low, high] = [6, 7, 8, 9, 10];
  const rewind: Code = [...set(at, get(y)), ...set(vAt, get(v))];
  const onwards: Code = [...advance(at, LANES * BYTES), ...advance(vAt, LANES * BYTES)];
  const gather = (offset: number, sum: number): Code =>
    set(sum, f64x2.add(get(sum), f64x2.multiply(v128.load(get(at), offset), v128.load(get(vAt), offset))));
  const scatter = (offset: number): Code =>
    v128.store(
      get(at),
      f64x2.add(v128.load(get(at), offset), f64x2.multiply(get(low), v128.load(get(vAt), offset))),
      offset,
    );
  // f64.mul
  const scaled: Code = [...get(factor), ...f64.add(f64x2.lane(get(low), 0), f64x2.lane(get(low), 1)), 0xa2];
  return {
    name: 'reflectRows',
    parameters: [I32, I32, I32, I32, I32, F64],
    results: [],
    locals: [I32, I32, I32, V128, V128],
    body: whileBelow(y, yEnd, [
      ...rewind,
      ...set(end, i32.add(get(y), get(width))),
      ...set(low, zero),
      ...set(high, zero),
      ...whileBelow(at, end, [...gather(0, low), ...gather(16, high), ...onwards]),
      ...set(low, f64x2.add(get(low), get(high))),
      ...set(low, f64x2.splat(scaled)),
      ...rewind,
      ...whileBelow(at, end, [...scatter(0), ...scatter(16), ...onwards]),
      ...move(y, get(yStep)),
    ]),
  };
}

/** The kernels as a WebAssembly module over one imported memory. */
export function reflectorKernelCode(): Uint8Array<ArrayBuffer> {
  return assemble([updateRows(), reflectRows()]);
}
