import type { MagnitudeCut } from './magnitude-cut.js';

/** MASS: the sign of the sum, so larger total magnitude wins. COUNT: the sign of the sum of signs, one vote each. */
export type SignVote = 'MASS' | 'COUNT';
export type DisjointMerge = 'MEAN' | 'SUM' | 'MAX';
/** What MEAN divides by: how many entries agree, or the sum of their weights (1 where that is exactly 0). */
export type MeanDivisor = 'COUNT' | 'WEIGHTS';

/** How one element of several tensors becomes one. */
export interface DisjointRule {
  readonly vote: SignVote;
  /** Whether entries vote with their weight (a negative one turns the vote) or as they are. The merged entries are weighted in both cases. */
  readonly weightedVote: boolean;
  /** Sign of an element whose votes cancel. 0 selects the negative entries for MEAN and SUM and gives 0 for MAX, as the original code does. */
  readonly zeroSign: -1 | 0 | 1;
  readonly merge: DisjointMerge;
  readonly divisor: MeanDivisor;
  /** Factor on the result. */
  readonly lambda: number;
}

/** One tensor that takes part: its weight, and what its trim keeps. */
export interface DisjointMember {
  readonly weight: number;
  readonly cut: MagnitudeCut;
}
