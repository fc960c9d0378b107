import { kernelErrors } from './errors.js';
import { INFINITY_BITS, MAGNITUDE_MASK } from './magnitude-bits.js';
import type { DisjointMember } from './disjoint-rule.js';

/** Elements that are worked on at a time: with eight members their trimmed entries and accumulators stay in the second-level cache. */
export const BLOCK = 2048;

/**
 * Walks several tensors of one length block by block, trimming on the way, so that no trimmed copy of a tensor is ever made. Which entries survive is
 * as good as random, so the loops choose by bit masks: a branch that is guessed wrong half of the time costs three times the work.
 */
export class BlockGatherer {
  readonly #sources: readonly Int32Array[];
  readonly #members: readonly DisjointMember[];
  readonly #equalsLeft: number[];
  /** Trimmed entries of the current block, one array per member. */
  readonly kept: readonly Float32Array[];
  /** The same memory as integers. */
  readonly keptBits: readonly Int32Array[];

  constructor(values: readonly Float32Array[], members: readonly DisjointMember[]) {
    this.#sources = values.map(({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length));
    this.#members = members;
    this.#equalsLeft = members.map(({ cut }) => cut.equals);
    this.kept = values.map(() => new Float32Array(BLOCK));
    this.keptBits = this.kept.map(({ buffer }) => new Int32Array(buffer));
  }

  /** Trims elements `start … end - 1`; blocks must be taken in order, because the tie rule counts from the front. */
  gather(start: number, end: number): void {
    for (let m = 0; m < this.#sources.length; m += 1) {
      const { bits, equals } = this.#members[m]!.cut;
      const source = this.#sources[m]!;
      const target = this.keptBits[m]!;
      const finite = keepFrom(source, target, start, end, equals === Infinity ? bits : bits + 1);
      if (!finite) throw kernelErrors.notFinite({ input: `Tensor ${m}` });
      if (equals !== Infinity && this.#equalsLeft[m]! > 0) this.#addEquals(m, bits, start, end);
    }
  }

  /** Entries that equal the threshold, the first ones first: rare, and none are left after a while. */
  #addEquals(m: number, bits: number, start: number, end: number): void {
    const source = this.#sources[m]!;
    const target = this.keptBits[m]!;
    let left = this.#equalsLeft[m]!;
    for (let i = start; i < end && left > 0; i += 1) {
      if ((source[i]! & MAGNITUDE_MASK) !== bits) continue;
      target[i - start] = source[i]!;
      left -= 1;
    }
    this.#equalsLeft[m] = left;
  }
}

/** Copies entries whose magnitude bits reach `least`, 0 for others. Returns whether all entries were finite. */
function keepFrom(source: Int32Array, target: Int32Array, start: number, end: number, least: number): boolean {
  const below = least - 1;
  let room = 0;
  for (let i = start; i < end; i += 1) {
    const entry = source[i]!;
    const magnitude = entry & MAGNITUDE_MASK;
    room |= INFINITY_BITS - 1 - magnitude;
    // below - magnitude is negative, and its sign spreads to a mask of ones, exactly where the entry stays.
    target[i - start] = entry & ((below - magnitude) >> 31);
  }
  return room >= 0;
}
