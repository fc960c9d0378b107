import { wasmInstances } from '../../wasm/wasm-instances.js';
import { floatKernelCode } from './float-kernel-code.js';
import { STEP } from './step.js';
import { MOST_STREAMS } from './stream-code.js';

type Unary = (pointer: number, from: number, end: number) => number;

/** Kernels over memory of their own. Pointers are in bytes; every stretch is a multiple of `STEP` numbers long. */
export interface FloatKernels {
  readonly buffer: ArrayBuffer;
  readonly scaleBF16: (sums: number, x: number, end: number, factor: number) => void;
  readonly addBF16: (sums: number, x: number, end: number, factor: number) => void;
  readonly scaleF32: (sums: number, x: number, end: number, factor: number) => void;
  readonly addF32: (sums: number, x: number, end: number, factor: number) => void;
  /** `combine[streams - 1](out, end, ...pointers, ...factors)`. */
  readonly combine: readonly ((...pointersAndFactors: readonly number[]) => number)[];
  readonly encodeBF16: Unary;
  readonly encodeF32: Unary;
  readonly subtractBF16: (out: number, x: number, end: number, y: number) => number;
  readonly subtractF32: (out: number, x: number, end: number, y: number) => number;
  readonly countHigh: (x: number, end: number, counts: number, others: number) => void;
  readonly countLow: (x: number, end: number, counts: number, prefix: number) => void;
  readonly keepFrom: (out: number, x: number, end: number, least: number) => number;
  readonly countEqual: (x: number, end: number, bits: number) => number;
  readonly electPositive: (signs: number, ballots: number, end: number) => void;
  readonly electNegative: (signs: number, ballots: number, end: number) => void;
  readonly addAgreeing: (
    sums: number,
    divisors: number,
    x: number,
    end: number,
    signs: number,
    turnBits: number,
    weight: number,
    share: number,
  ) => void;
  readonly sumSquares: (x: number, end: number) => number;
  readonly divide: (sums: number, end: number, divisors: number, lambda: number) => void;
}

const instantiate = wasmInstances(floatKernelCode);

/** Kernels with room for `bytes`; each instance has a memory of its own, which never grows, so that views of it stay valid. */
export function createFloatKernels(bytes: number): FloatKernels {
  const { exports, buffer } = instantiate(bytes);
  const functions = exports as Omit<FloatKernels, 'buffer' | 'combine'> &
    Record<string, FloatKernels['combine'][number]>;
  const combine = Array.from({ length: MOST_STREAMS }, (_, s) => functions[`combine${s + 1}`]!);
  return { ...functions, combine, buffer };
}

/** The next multiple of `STEP`. */
export const padded = (length: number): number => Math.ceil(length / STEP) * STEP;
