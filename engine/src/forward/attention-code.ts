import { I32, V128, type Code, type WasmFunction } from '../kernels/wasm/assembler.js';
import { advance, get, i32, set, v128, whileBelow } from '../kernels/wasm/instructions.js';
import { exponential } from './exponential.js';
import { advanceBy, f32, f32x4, greatestOfLanes, sumOfLanes, type MultiplyAdd } from './simd.js';

export interface AttentionSize {
  readonly tokens: number;
  /** Width of one head, a multiple of 8. */
  readonly head: number;
  /** Width of all heads, a multiple of 16. */
  readonly width: number;
}

/** Keys in a row of probabilities: whole vectors. */
export const paddedTokens = (tokens: number): number => 4 * Math.ceil(tokens / 4);

/** Sums that fit the registers beside what they are made of. */
const BLOCK = 5;
const MOST_SUMS = 8;
/** A score that softmax makes nothing of. */
const NEVER = -1e30;

/** One head of one image: the functions that attention is made of. Scores are scaled by 1/√head. */
export function attentionCode(size: AttentionSize, multiplyAdd: MultiplyAdd): readonly WasmFunction[] {
  return [
    transposeKeys(size),
    scores(size, multiplyAdd),
    dots(size, multiplyAdd),
    softmax(size, multiplyAdd),
    mix(size, multiplyAdd),
  ];
}

/** k `[tokens, head]` within wider rows becomes `[head, padded tokens]`. Parameters: k, its end, from row to row, where to. */
function transposeKeys({ tokens, head }: AttentionSize): WasmFunction {
  const [k, end, step, to] = [0, 1, 2, 3];
  const stride = paddedTokens(tokens) * 4;
  return {
    name: 'transposeKeys',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [],
    body: whileBelow(k, end, [
      ...Array.from({ length: head }, (_, d) => d).flatMap((d) =>
        f32.store(get(to), f32.load(get(k), d * 4), d * stride),
      ),
      ...advance(to, 4),
      ...advanceBy(k, step),
    ]),
  };
}

const padding = ({ tokens }: AttentionSize, row: number): Code =>
  Array.from({ length: paddedTokens(tokens) - tokens }, (_, i) => tokens + i).flatMap((j) =>
    f32.store(get(row), f32.constant(NEVER), j * 4),
  );

/** Rows q·kᵀ/√head of all queries. Parameters: q, its end, from row to row, the transposed keys, where to. */
function scores(size: AttentionSize, multiplyAdd: MultiplyAdd): WasmFunction {
  const [q, end, step, keys, to] = [0, 1, 2, 3, 4];
  const factor = 5;
  const { tokens, head } = size;
  const stride = paddedTokens(tokens) * 4;
  const vectors = Array.from({ length: stride / 16 }, (_, i) => i);
  const blocks = vectors.filter((i) => i % BLOCK === 0).map((i) => vectors.slice(i, i + BLOCK));
  const sum = (i: number): number => 6 + (i % BLOCK);
  return {
    name: 'scores',
    parameters: [I32, I32, I32, I32, I32],
    results: [],
    locals: [V128, V128, V128, V128, V128, V128],
    body: whileBelow(q, end, [
      ...blocks.flatMap((block) => [
        ...block.flatMap((i) => set(sum(i), f32x4.constant(0))),
        ...Array.from({ length: head }, (_, d) => d).flatMap((d) => [
          ...set(factor, f32x4.loadSplat(get(q), d * 4)),
          ...block.flatMap((i) =>
            set(sum(i), multiplyAdd(get(factor), v128.load(get(keys), d * stride + i * 16), get(sum(i)))),
          ),
        ]),
        ...block.flatMap((i) =>
          v128.store(get(to), f32x4.multiply(get(sum(i)), f32x4.constant(1 / Math.sqrt(head))), i * 16),
        ),
      ]),
      ...padding(size, to),
      ...advance(to, stride),
      ...advanceBy(q, step),
    ]),
  };
}

/** One row u·xⱼ/√head, over whole rows x. Parameters: u, x, its end, where to. */
function dots(size: AttentionSize, multiplyAdd: MultiplyAdd): WasmFunction {
  const [u, x, end, to, row] = [0, 1, 2, 3, 4];
  const sums = [5, 6, 7, 8];
  const { head, width } = size;
  return {
    name: 'dots',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [I32, V128, V128, V128, V128],
    body: [
      ...set(row, get(to)),
      ...whileBelow(x, end, [
        ...sums.flatMap((sum) => set(sum, f32x4.constant(0))),
        ...Array.from({ length: width / 4 }, (_, i) => i).flatMap((i) => {
          const sum = sums[i % 4]!;
          return set(sum, multiplyAdd(v128.load(get(u), i * 16), v128.load(get(x), i * 16), get(sum)));
        }),
        ...set(sums[0]!, f32x4.add(f32x4.add(get(sums[0]!), get(sums[1]!)), f32x4.add(get(sums[2]!), get(sums[3]!)))),
        ...f32.store(get(to), f32.multiply(sumOfLanes(sums[0]!), f32.constant(1 / Math.sqrt(head)))),
        ...advance(to, 4),
        ...advance(x, width * 4),
      ]),
      ...padding(size, row),
    ],
  };
}

/** Rows of scores become probabilities, in place. Parameters: the rows, their end. */
function softmax({ tokens }: AttentionSize, multiplyAdd: MultiplyAdd): WasmFunction {
  const [p, end] = [0, 1];
  const [greatest, sum, x, whole, part] = [2, 3, 4, 5, 6];
  const stride = paddedTokens(tokens) * 4;
  const vectors = Array.from({ length: stride / 16 }, (_, i) => i);
  return {
    name: 'softmax',
    parameters: [I32, I32],
    results: [],
    locals: [V128, V128, V128, V128, V128],
    body: whileBelow(p, end, [
      ...set(greatest, v128.load(get(p))),
      ...vectors.slice(1).flatMap((i) => set(greatest, f32x4.greater(get(greatest), v128.load(get(p), i * 16)))),
      ...set(greatest, f32x4.splat(greatestOfLanes(greatest))),
      ...set(sum, f32x4.constant(0)),
      ...vectors.flatMap((i) => [
        ...set(x, f32x4.multiply(f32x4.subtract(v128.load(get(p), i * 16), get(greatest)), f32x4.constant(Math.LOG2E))),
        ...exponential(multiplyAdd, x, whole, part),
        ...set(sum, f32x4.add(get(sum), get(x))),
        ...v128.store(get(p), get(x), i * 16),
      ]),
      ...set(sum, f32x4.splat(f32.divide(f32.constant(1), sumOfLanes(sum)))),
      ...vectors.flatMap((i) => v128.store(get(p), f32x4.multiply(get(sum), v128.load(get(p), i * 16)), i * 16)),
      ...advance(p, stride),
    ]),
  };
}

/**
 * Rows Σ pⱼ·vⱼ, `head` numbers wide. Parameters: the probabilities, their end, v, from row to row of v, where to, from row to row there.
 */
function mix({ tokens, head }: AttentionSize, multiplyAdd: MultiplyAdd): WasmFunction {
  const [p, end, v, vStep, to, toStep, share, shares, row] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const factor = 9;
  const stride = paddedTokens(tokens) * 4;
  const vectors = Array.from({ length: head / 4 }, (_, i) => i);
  const blocks = vectors.filter((i) => i % MOST_SUMS === 0).map((i) => vectors.slice(i, i + MOST_SUMS));
  const sum = (i: number): number => 10 + (i % MOST_SUMS);
  return {
    name: 'mix',
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I32, V128, V128, V128, V128, V128, V128, V128, V128, V128],
    body: whileBelow(p, end, [
      ...blocks.flatMap((block) => [
        ...set(share, get(p)),
        ...set(shares, i32.add(get(p), i32.constant(tokens * 4))),
        ...set(row, get(v)),
        ...block.flatMap((i) => set(sum(i), f32x4.constant(0))),
        ...whileBelow(share, shares, [
          ...set(factor, f32x4.loadSplat(get(share))),
          ...block.flatMap((i) => set(sum(i), multiplyAdd(get(factor), v128.load(get(row), i * 16), get(sum(i))))),
          ...advance(share, 4),
          ...advanceBy(row, vStep),
        ]),
        ...block.flatMap((i) => v128.store(get(to), get(sum(i)), i * 16)),
      ]),
      ...advance(p, stride),
      ...advanceBy(to, toStep),
    ]),
  };
}
