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
    const signs = dense.map(({ data }) => Int8Array.from(data, Math.sign));
    for (let row = 0; row < rows; row += 1) {
      const at = row * columns;
      this.#addRow(dense, signs, begin + row, at, at + columns);
      for (const { i, j, both, against } of this.pairs) {
        const [x, y] = [signs[i]!, signs[j]!];
        let [touched, opposed] = [0, 0];
        for (let k = at; k < at + columns; k += 1) {
          const product = x[k]! * y[k]!;
          touched += product * product;
          opposed += product < 0 ? 1 : 0;
        }
        both[begin + row] = touched;
        against[begin + row] = opposed;
      }
    }
  }

  #addRow(dense: readonly Matrix[], signs: readonly Int8Array[], row: number, from: number, to: number): void {
    let [touched, conflicts, absoluteOfSum, sumOfAbsolutes] = [0, 0, 0, 0];
    for (let at = from; at < to; at += 1) {
      let [sum, positive, negative] = [0, 0, 0];
      for (let i = 0; i < dense.length; i += 1) {
        const value = dense[i]!.data[at]!;
        const sign = signs[i]![at]!;
        sum += value;
        sumOfAbsolutes += value < 0 ? -value : value;
        if (sign > 0) positive = 1;
        else if (sign < 0) negative = 1;
      }
      absoluteOfSum += sum < 0 ? -sum : sum;
      touched += positive | negative;
      conflicts += positive & negative;
    }
    this.touched[row] = touched;
    this.conflicts[row] = conflicts;
    this.absoluteOfSum[row] = absoluteOfSum;
    this.sumOfAbsolutes[row] = sumOfAbsolutes;
  }
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
