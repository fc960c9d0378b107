import { assemble, F64, I32, unsigned, V128, type Code, type WasmFunction } from '../../kernels/wasm/assembler.js';
import { advance, f64, f64x2, get, i32, set, v128, whileBelow } from '../../kernels/wasm/instructions.js';

/** Rows and columns of a tile of a product, and the multiple that rows of Jacobi's method are padded to. */
export const TILE = 4;
const BYTES = 8;

/** One float64 into both lanes. */
const loadSplat = (address: Code): Code => [...address, 0xfd, ...unsigned(0x0a), 3, 0];
const subtract = (x: Code, y: Code): Code => [...x, ...y, 0xfd, ...unsigned(0xf1), 0x01];
const zero: Code = f64x2.splat(f64.constant(0));
const move = (local: number, by: Code): Code => set(local, i32.add(get(local), by));

/**
 * Adds to a column of tiles of C, 4 columns wide, the product of rows of X with a strip of Y: C(i, j) += Σ_p X(i, p)·Y(p, j), X(i, p) at
 * x + ⌊i/4⌋·tileStep + (i mod 4)·rowStep + p·innerStep, so that rows and packed columns serve alike, and Y packed as rows of four. Steps and pointers
 * are in bytes. Eight sums of two stay in registers: 16 products for 6 loads.
 */
function tilesOfColumn(): WasmFunction {
  const [c, cEnd, cStep, x, tileStep, rowStep, innerStep, y, yEnd] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [at, y0, y1, a] = [9, 10, 11, 12];
  const rows = [13, 14, 15, 16];
  const sums = [17, 18, 19, 20, 21, 22, 23, 24];
  const cRow = 25;
  const eachRow = (use: (row: number) => Code): Code => rows.flatMap((_, row) => use(row));
  const body = [
    ...eachRow((row) => set(rows[row]!, row === 0 ? get(x) : i32.add(get(rows[row - 1]!), get(rowStep)))),
    ...sums.flatMap((sum) => set(sum, zero)),
    ...set(at, get(y)),
    ...whileBelow(at, yEnd, [
      ...set(y0, v128.load(get(at))),
      ...set(y1, v128.load(get(at), 16)),
      ...eachRow((row) => [
        ...set(a, loadSplat(get(rows[row]!))),
        ...set(sums[2 * row]!, f64x2.add(get(sums[2 * row]!), f64x2.multiply(get(a), get(y0)))),
        ...set(sums[2 * row + 1]!, f64x2.add(get(sums[2 * row + 1]!), f64x2.multiply(get(a), get(y1)))),
        ...move(rows[row]!, get(innerStep)),
      ]),
      ...advance(at, TILE * BYTES),
    ]),
    ...set(cRow, get(c)),
    ...eachRow((row) => [
      ...v128.store(get(cRow), f64x2.add(v128.load(get(cRow)), get(sums[2 * row]!))),
      ...v128.store(get(cRow), f64x2.add(v128.load(get(cRow), 16), get(sums[2 * row + 1]!)), 16),
      ...move(cRow, get(cStep)),
    ]),
    ...set(c, get(cRow)),
    ...move(x, get(tileStep)),
  ];
  return {
    name: 'tilesOfColumn',
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, V128, V128, V128, I32, I32, I32, I32, ...sums.map(() => V128 as typeof V128), I32],
    body: whileBelow(c, cEnd, body),
  };
}

/** Copies four columns of a row-major matrix to a strip of rows of four. */
function packStrip(): WasmFunction {
  const [out, end, y, yStep] = [0, 1, 2, 3];
  return {
    name: 'packStrip',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [],
    body: whileBelow(out, end, [
      ...v128.store(get(out), v128.load(get(y))),
      ...v128.store(get(out), v128.load(get(y), 16), 16),
      ...advance(out, TILE * BYTES),
      ...move(y, get(yStep)),
    ]),
  };
}

/** The two low, or the two high, float64 of two vectors side by side. */
const lanes = (first: number): Code => [...Array(BYTES).keys()].map((byte) => first + byte);
const interleave = (x: Code, y: Code, high: 0 | 1): Code =>
  v128.shuffle(x, y, [...lanes(high * BYTES), ...lanes(16 + high * BYTES)]);

/** Copies four rows of a matrix to a strip of rows of four: its transpose, packed. Rows have an even length. */
function packRows(): WasmFunction {
  const [out, end, y, yStep] = [0, 1, 2, 3];
  const rows = [4, 5, 6, 7];
  const values = [8, 9, 10, 11];
  return {
    name: 'packRows',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I32, I32, V128, V128, V128, V128],
    body: [
      ...rows.flatMap((row, i) => set(row, i === 0 ? get(y) : i32.add(get(rows[i - 1]!), get(yStep)))),
      ...whileBelow(out, end, [
        ...rows.flatMap((row, i) => [...set(values[i]!, v128.load(get(row))), ...advance(row, 2 * BYTES)]),
        ...([0, 1] as const).flatMap((high) => [
          ...v128.store(get(out), interleave(get(values[0]!), get(values[1]!), high), high * TILE * BYTES),
          ...v128.store(get(out), interleave(get(values[2]!), get(values[3]!), high), high * TILE * BYTES + 16),
        ]),
        ...advance(out, 2 * TILE * BYTES),
      ]),
    ],
  };
}

/** Σ x·y over a multiple of four numbers. */
function dot(): WasmFunction {
  const [x, end, y, low, high] = [0, 1, 2, 3, 4];
  return {
    name: 'dot',
    parameters: [I32, I32, I32],
    results: [F64],
    locals: [V128, V128],
    body: [
      ...set(low, zero),
      ...set(high, zero),
      ...whileBelow(x, end, [
        ...set(low, f64x2.add(get(low), f64x2.multiply(v128.load(get(x)), v128.load(get(y))))),
        ...set(high, f64x2.add(get(high), f64x2.multiply(v128.load(get(x), 16), v128.load(get(y), 16)))),
        ...advance(x, TILE * BYTES),
        ...advance(y, TILE * BYTES),
      ]),
      ...set(low, f64x2.add(get(low), get(high))),
      ...f64.add(f64x2.lane(get(low), 0), f64x2.lane(get(low), 1)),
    ],
  };
}

/** x, y = cosine·x - sine·y, sine·x + cosine·y over a multiple of four numbers. */
function rotate(): WasmFunction {
  const [x, end, y, cosine, sine, c, s, u, v] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const step = (offset: number): Code => [
    ...set(u, v128.load(get(x), offset)),
    ...set(v, v128.load(get(y), offset)),
    ...v128.store(get(x), subtract(f64x2.multiply(get(c), get(u)), f64x2.multiply(get(s), get(v))), offset),
    ...v128.store(get(y), f64x2.add(f64x2.multiply(get(s), get(u)), f64x2.multiply(get(c), get(v))), offset),
  ];
  return {
    name: 'rotate',
    parameters: [I32, I32, I32, F64, F64],
    results: [],
    locals: [V128, V128, V128, V128],
    body: [
      ...set(c, f64x2.splat(get(cosine))),
      ...set(s, f64x2.splat(get(sine))),
      ...whileBelow(x, end, [...step(0), ...step(16), ...advance(x, TILE * BYTES), ...advance(y, TILE * BYTES)]),
    ],
  };
}

/** x += factor·y over a multiple of four numbers. */
function addScaled(): WasmFunction {
  const [x, end, y, factor, f] = [0, 1, 2, 3, 4];
  const step = (offset: number): Code =>
    v128.store(get(x), f64x2.add(v128.load(get(x), offset), f64x2.multiply(get(f), v128.load(get(y), offset))), offset);
  return {
    name: 'addScaled',
    parameters: [I32, I32, I32, F64],
    results: [],
    locals: [V128],
    body: [
      ...set(f, f64x2.splat(get(factor))),
      ...whileBelow(x, end, [...step(0), ...step(16), ...advance(x, TILE * BYTES), ...advance(y, TILE * BYTES)]),
    ],
  };
}

/** The kernels as a WebAssembly module over one imported memory. */
export function algebraKernelCode(): Uint8Array<ArrayBuffer> {
  return assemble([tilesOfColumn(), packStrip(), packRows(), dot(), rotate(), addScaled()]);
}
