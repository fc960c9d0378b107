import { kernelErrors } from './errors.js';
import { INFINITY_BITS } from './magnitude-bits.js';
import { binsOfRound, LOW_BITS, type HistogramRound } from './magnitude-bins.js';
import { createFloatKernels, padded, type FloatKernels } from './wasm/float-kernels.js';

const BLOCK = 4096;
const ENTRIES = 0;
const OPERANDS = [4 * BLOCK, 8 * BLOCK] as const;
const TABLE = 12 * BLOCK;
const TABLE_BYTES = 4 * binsOfRound(0);

/** Histograms of magnitudes by SIMD, block by block: what `countMagnitudes` counts with plain loops. */
export class MagnitudeCounter {
  readonly kernels: FloatKernels = createFloatKernels(TABLE + 2 * TABLE_BYTES);
  readonly block = BLOCK;
  /** Where a block's float32 are put before `count`. */
  readonly entries = ENTRIES;
  readonly operands = OPERANDS;
  readonly #tables = new Uint32Array(this.kernels.buffer, TABLE, TABLE_BYTES / 2);
  readonly #memory = new Float32Array(this.kernels.buffer, ENTRIES, BLOCK);
  #round: HistogramRound = 0;
  #prefix = 0;
  /** Zeros that padding added. */
  #padding = 0;

  begin(round: HistogramRound, prefix = 0): void {
    this.#tables.fill(0);
    this.#round = round;
    this.#prefix = prefix;
    this.#padding = 0;
  }

  count(length: number): void {
    const end = padded(length);
    this.#memory.fill(0, length, end);
    this.#padding += end - length;
    const { countHigh, countLow } = this.kernels;
    if (this.#round === 0) countHigh(ENTRIES, ENTRIES + 4 * end, TABLE, TABLE + TABLE_BYTES);
    else countLow(ENTRIES, ENTRIES + 4 * end, TABLE, this.#prefix);
  }

  countAll(values: Float32Array): void {
    for (let begin = 0; begin < values.length; begin += BLOCK) {
      const piece = values.subarray(begin, begin + BLOCK);
      this.#memory.set(piece);
      this.count(piece.length);
    }
  }

  /** @throws KERNELS_NOT_FINITE after round 0, when an entry is NaN or infinite. */
  finish(): Uint32Array<ArrayBuffer> {
    const bins = binsOfRound(this.#round);
    const counts = this.#tables.slice(0, bins);
    if (this.#round === 0 || this.#prefix === 0) counts[0]! -= this.#padding;
    if (this.#round === 1) return counts;
    for (let bin = 0; bin < bins; bin += 1) counts[bin]! += this.#tables[bins + bin]!;
    for (let bin = INFINITY_BITS >>> LOW_BITS; bin < bins; bin += 1) {
      if (counts[bin] !== 0) throw kernelErrors.notFinite({ input: 'The tensor' });
    }
    return counts;
  }
}
