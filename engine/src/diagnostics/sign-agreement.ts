import { createMatrix, multiply, scaleMatrix, sliceRows, type LowRank, type Matrix } from '../algebra/index.js';
import { createKeyedRandom } from '../random/index.js';
import { RatioEstimate, type Ratio } from './ratio-estimate.js';

export interface SignAgreement {
  /** Entries where some ΔW_i > 0 and some ΔW_j < 0, over entries where any is not zero. */
  readonly signConflict: Ratio;
  /** 1 - Σ|Σ_i ΔW_i| / Σ_i Σ|ΔW_i|: what adding them up cancels. */
  readonly cancellation: Ratio;
  /** By left and then right: entries of opposite signs, over entries where both are not zero. */
  readonly pairs: readonly (Ratio & { readonly left: number; readonly right: number })[];
}

export interface SignOptions {
  /** Most rows that are looked at; fewer than there are are drawn evenly, without repetition, by `seed`. */
  readonly rows?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** After each block of rows; a promise lets other work in. */
  readonly onBlock?: (rows: number) => Promise<void> | void;
}

/** Entries of one update that are dense at a time: 1 MB each. */
const BLOCK = 1 << 17;

/**
 * How much updates pull in opposite directions, over modules that are looked at one by one. Signs need the dense entries: they are made in float64, some
 * rows at a time, so that memory is bounded by a few MB per update whatever a module's size. O(out·in·Σr) a module; exact where all rows are looked at.
 */
export class SignCounter {
  readonly #count: number;
  readonly #conflict = new RatioEstimate();
  readonly #absolute = new RatioEstimate();
  readonly #pairs: readonly RatioEstimate[];

  constructor(updates: number) {
    this.#count = updates;
    this.#pairs = Array.from({ length: updates * updates }, () => new RatioEstimate());
  }

  /** Adds one module with all of the counter's updates in it. */
  async add(updates: readonly LowRank[], options: SignOptions = {}): Promise<void> {
    const [first] = updates;
    if (first === undefined) return;
    const { rows: height } = first.b;
    const rows = drawRows(height, Math.max(1, Math.min(height, options.rows ?? height)), options.seed ?? 0);
    const scaled = updates.map(({ b, scale }) => scaleMatrix(b, scale));
    const tally = new ModuleTally(updates.length, rows.length);
    const step = Math.max(1, Math.floor(BLOCK / Math.max(1, first.a.columns)));
    for (let begin = 0; begin < rows.length; begin += step) {
      options.signal?.throwIfAborted();
      const block = rows.subarray(begin, begin + step);
      tally.add(
        updates.map(({ a }, i) => multiply(pickRows(scaled[i]!, block), a)),
        begin,
      );
      await options.onBlock?.(block.length);
    }
    this.#conflict.add(tally.conflicts, tally.touched, height);
    this.#absolute.add(tally.absoluteOfSum, tally.sumOfAbsolutes, height);
    for (const { i, j, against, both } of tally.pairs) {
      this.#pairs[i * this.#count + j]!.add(against, both, height);
    }
  }

  /** Adds what another has seen; `places`, rising, says which of this counter's updates its own are: what is left out is zero there. */
  merge(other: SignCounter, places: readonly number[]): void {
    this.#conflict.merge(other.#conflict);
    this.#absolute.merge(other.#absolute);
    for (const [i, left] of places.entries()) {
      for (const [j, right] of places.entries()) {
        if (i < j) this.#pairs[left * this.#count + right]!.merge(other.#pairs[i * other.#count + j]!);
      }
    }
  }

  get result(): SignAgreement {
    const kept = this.#absolute.ratio;
    const pairs: SignAgreement['pairs'][number][] = [];
    for (let left = 0; left < this.#count; left += 1) {
      for (let right = left + 1; right < this.#count; right += 1) {
        pairs.push({ left, right, ...this.#pairs[left * this.#count + right]!.ratio });
      }
    }
    // Nothing at all cancels nothing.
    const cancelled = this.#absolute.empty ? 0 : 1 - kept.value;
    return { signConflict: this.#conflict.ratio, cancellation: { ...kept, value: cancelled }, pairs };
  }
}

/** What each row of one module adds up to. */
class ModuleTally {
  readonly touched: Float64Array;
  readonly conflicts: Float64Array;
  readonly absoluteOfSum: Float64Array;
  readonly sumOfAbsolutes: Float64Array;
  readonly pairs: readonly {
    readonly i: number;
    readonly j: number;
    readonly both: Float64Array;
    readonly against: Float64Array;
  }[];

  constructor(updates: number, rows: number) {
    const zeros = (): Float64Array => new Float64Array(rows);
    [this.touched, this.conflicts, this.absoluteOfSum, this.sumOfAbsolutes] = [zeros(), zeros(), zeros(), zeros()];
    this.pairs = Array.from({ length: updates }, (_, i) => i).flatMap((i) =>
      Array.from({ length: updates - i - 1 }, (_, k) => ({ i, j: i + k + 1, both: zeros(), against: zeros() })),
    );
  }

  /** Dense rows of all updates, the first of which is row `begin` of the tally. */
  add(dense: readonly Matrix[], begin: number): void {
    const { rows, columns } = dense[0]!;
    const signs = dense.map(({ data }) => signsOf(data));
    const sums = new Float64Array(columns);
    // 1: some update is positive there, 2: some is negative, 3: both.
    const seen = new Uint8Array(columns);
    for (let row = 0; row < rows; row += 1) {
      const at = row * columns;
      sums.fill(0);
      seen.fill(0);
      let absolutes = 0;
      for (const [i, { data }] of dense.entries()) absolutes += addUpdate(data, signs[i]!, at, sums, seen);
      this.sumOfAbsolutes[begin + row] = absolutes;
      this.#closeRow(begin + row, sums, seen);
      for (const { i, j, both, against } of this.pairs) {
        comparePair(signs[i]!, signs[j]!, at, columns, both, against, begin + row);
      }
    }
  }

  #closeRow(row: number, sums: Float64Array, seen: Uint8Array): void {
    let [touched, conflicts, absoluteOfSum] = [0, 0, 0];
    for (let k = 0; k < sums.length; k += 1) {
      const mask = seen[k]!;
      touched += mask === 0 ? 0 : 1;
      conflicts += mask === 3 ? 1 : 0;
      absoluteOfSum += Math.abs(sums[k]!);
    }
    this.touched[row] = touched;
    this.conflicts[row] = conflicts;
    this.absoluteOfSum[row] = absoluteOfSum;
  }
}

/** -1, 0 or 1. A loop: `from` with a function takes twenty times as long. */
function signsOf(data: Float64Array): Int8Array {
  const signs = new Int8Array(data.length);
  for (let at = 0; at < data.length; at += 1) {
    const value = data[at]!;
    signs[at] = value > 0 ? 1 : value < 0 ? -1 : 0;
  }
  return signs;
}

/** Adds one update's row to the sums and to what was seen; returns the sum of its magnitudes. */
function addUpdate(data: Float64Array, signs: Int8Array, at: number, sums: Float64Array, seen: Uint8Array): number {
  let absolutes = 0;
  for (let k = 0; k < sums.length; k += 1) {
    const value = data[at + k]!;
    const sign = signs[at + k]!;
    sums[k]! += value;
    absolutes += Math.abs(value);
    // 1 for positive, 2 for negative, without a branch on random signs.
    seen[k]! |= (sign & 1) << ((sign >>> 1) & 1);
  }
  return absolutes;
}

function comparePair(
  x: Int8Array,
  y: Int8Array,
  at: number,
  columns: number,
  both: Float64Array,
  against: Float64Array,
  row: number,
): void {
  let [touched, difference] = [0, 0];
  for (let k = at; k < at + columns; k += 1) {
    const product = x[k]! * y[k]!;
    touched += product * product;
    difference += product;
  }
  both[row] = touched;
  // Agreeing less opposed is the sum of the products; together they are those where both are not zero.
  against[row] = (touched - difference) / 2;
}

function pickRows(x: Matrix, rows: Int32Array): Matrix {
  const begin = rows[0]!;
  // Neighbours need no copy.
  if (rows.at(-1)! - begin + 1 === rows.length) return sliceRows(x, begin, begin + rows.length);
  const out = createMatrix(rows.length, x.columns);
  rows.forEach((row, i) => out.data.set(x.data.subarray(row * x.columns, (row + 1) * x.columns), i * x.columns));
  return out;
}

/** `count` different rows in rising order, each as likely as any other: Fisher and Yates, from a seeded stream. */
function drawRows(rows: number, count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  if (count >= rows) return order;
  const draws = createKeyedRandom(seed).uniform(['diagnostics-rows', rows, count], count);
  for (let i = 0; i < count; i += 1) {
    const j = i + Math.floor(draws[i]! * (rows - i));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.subarray(0, count).sort();
}
