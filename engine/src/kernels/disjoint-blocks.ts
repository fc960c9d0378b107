import type { DisjointMember, DisjointRule } from './disjoint-rule.js';
import { kernelErrors } from './errors.js';
import { MAGNITUDE_MASK } from './magnitude-bits.js';
import { createFloatKernels, padded, type FloatKernels } from './wasm/float-kernels.js';

/** Numbers that are worked on at a time: with a few members all of it stays in the second-level cache. */
export const DISJOINT_BLOCK = 4096;
const WIDE = 8 * DISJOINT_BLOCK;
const NARROW = 4 * DISJOINT_BLOCK;
const PLUS_ONE = 0x3f800000;
const MINUS_ONE = 0xbf800000;

/** Without a vote, what the trims leave is added up, each entry times its member's weight. */
export type BlockRule = DisjointRule | { readonly vote: 'NONE' };

/** Whether the SIMD kernels know a rule; the others are left to plain loops. */
export const isBlockRule = (rule: BlockRule): boolean =>
  rule.vote === 'NONE' || (rule.vote === 'MASS' && rule.merge !== 'MAX');

/**
 * Trim, elect and merge by SIMD, one block after the other: bit for bit what `mergeDisjointInto` does with plain loops. Whoever uses it puts a member's
 * entries at `entries`, calls `take` for each member in order and `merge` at the end of the block; the result is then in float64 at `sums`.
 */
export class DisjointBlocks {
  readonly kernels: FloatKernels;
  readonly sums = 0;
  readonly #divisors = WIDE;
  readonly #ballots = 2 * WIDE;
  readonly #signs = 3 * WIDE;
  /** Where the entries of the member that is taken next are read from, in float32. */
  readonly entries = 3 * WIDE + NARROW;
  /** Room for two operands of whoever makes the entries. */
  readonly operands: readonly [number, number] = [3 * WIDE + 2 * NARROW, 3 * WIDE + 3 * NARROW];
  readonly #kept: readonly number[];
  readonly #equalsLeft: number[];
  readonly #numbers: Float64Array;

  constructor(
    private readonly members: readonly DisjointMember[],
    private readonly rule: BlockRule,
  ) {
    const first = 3 * WIDE + 4 * NARROW;
    this.#kept = members.map((_, m) => first + m * NARROW);
    this.kernels = createFloatKernels(first + members.length * NARROW);
    this.#numbers = new Float64Array(this.kernels.buffer, 0, 3 * DISJOINT_BLOCK);
    this.#equalsLeft = members.map(({ cut }) => cut.equals);
  }

  /** Trims and casts the votes of member `m`. Blocks must come in order: among equal magnitudes the first ones stay. */
  take(m: number, count: number): void {
    const { keepFrom, scaleF32, addF32 } = this.kernels;
    const { weight, cut } = this.members[m]!;
    const end = this.entries + 4 * padded(count);
    const kept = this.#kept[m]!;
    const keepsEquals = this.#keepsEquals(m, count);
    if (keepFrom(kept, this.entries, end, keepsEquals === true ? cut.bits : cut.bits + 1) !== 0) {
      throw kernelErrors.notFinite({ input: `Tensor ${m}` });
    }
    if (keepsEquals === 'SOME') this.#keepSome(m, count);
    if (this.rule.vote === 'NONE') {
      // Added to +0 and not set, so that a sum of -0 becomes +0 as in plain loops.
      if (m === 0) this.#numbers.fill(0, 0, DISJOINT_BLOCK);
      addF32(this.sums, kept, kept + 4 * padded(count), weight);
      return;
    }
    (m === 0 ? scaleF32 : addF32)(this.#ballots, kept, kept + 4 * padded(count), this.rule.weightedVote ? weight : 1);
  }

  merge(count: number): void {
    const { electPositive, electNegative, addAgreeing, divide } = this.kernels;
    const { rule } = this;
    if (rule.vote === 'NONE') {
      if (this.members.length === 0) this.#numbers.fill(0, 0, DISJOINT_BLOCK);
      return;
    }
    const wide = 8 * padded(count);
    (rule.zeroSign > 0 ? electPositive : electNegative)(this.#signs, this.#ballots, this.#ballots + wide);
    this.#numbers.fill(0, 0, 2 * DISJOINT_BLOCK);
    this.members.forEach(({ weight }, m) => {
      if (rule.weightedVote && weight === 0) return;
      const turn = rule.weightedVote && weight < 0 ? MINUS_ONE : PLUS_ONE;
      // SUM is MEAN with a divisor that stays 0, which is read as 1 at the end.
      const share = rule.merge === 'SUM' ? 0 : rule.divisor === 'COUNT' ? 1 : weight;
      const kept = this.#kept[m]!;
      addAgreeing(this.sums, this.#divisors, kept, kept + wide / 2, this.#signs, turn, weight, share);
    });
    divide(this.sums, this.sums + wide, this.#divisors, rule.lambda);
  }

  /** What happens to entries that equal the threshold, in this block. */
  #keepsEquals(m: number, count: number): boolean | 'SOME' {
    const { bits, equals } = this.members[m]!.cut;
    if (equals === Infinity) return true;
    const left = this.#equalsLeft[m]!;
    if (left === 0) return false;
    const found = this.kernels.countEqual(this.entries, this.entries + 4 * padded(count), bits);
    // The padding holds zeros, which count where the threshold is 0; keeping those changes nothing.
    if (found > left) return 'SOME';
    this.#equalsLeft[m] = left - found;
    return true;
  }

  #keepSome(m: number, count: number): void {
    const { buffer } = this.kernels;
    const { bits } = this.members[m]!.cut;
    const source = new Int32Array(buffer, this.entries, count);
    const target = new Int32Array(buffer, this.#kept[m], count);
    for (let i = 0; i < count && this.#equalsLeft[m]! > 0; i += 1) {
      if ((source[i]! & MAGNITUDE_MASK) !== bits) continue;
      target[i] = source[i]!;
      this.#equalsLeft[m]! -= 1;
    }
  }
}
