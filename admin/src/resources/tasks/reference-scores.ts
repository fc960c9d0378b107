/** A score, as far as it matters what of. */
interface Scored {
  readonly value: number;
  readonly adapter: object | null;
  readonly run: object | null;
}

export type ReferenceKind = 'base' | 'specialist' | 'fused';

export interface ReferenceScore<Score extends Scored> {
  readonly kind: ReferenceKind;
  readonly score: Score;
}

/** How many of a kind are shown. */
const SHOWN: Readonly<Record<ReferenceKind, number>> = { base: 5, specialist: 8, fused: 5 };

const kindOf = ({ adapter, run }: Scored): ReferenceKind => (run ? 'fused' : adapter ? 'specialist' : 'base');

/** The best scores of bare bases, of adapters alone and of fused models, best first. */
export function referenceScores<Score extends Scored>(scores: readonly Score[]): readonly ReferenceScore<Score>[] {
  const left = { ...SHOWN };
  return scores
    .toSorted((a, b) => b.value - a.value)
    .map((score) => ({ kind: kindOf(score), score }))
    .filter(({ kind }) => (left[kind] -= 1) >= 0);
}
