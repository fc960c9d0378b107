/** Where special tokens stand around one text, or around and between two. */
export interface SpecialLayout {
  readonly before: readonly number[];
  /** Between two texts; of one text empty. */
  readonly between: readonly number[];
  readonly after: readonly number[];
}

/**
 * Finds the special tokens in the whole encoding of a probe whose texts encode barely to `parts`: the tokens in front of the first part, between the parts, and after
 * the last. Undefined: the parts do not occur in it, so that nothing can be cut.
 */
export function findLayout(whole: readonly number[], parts: readonly (readonly number[])[]): SpecialLayout | undefined {
  const [first, second] = parts;
  const start = indexOfRun(whole, first!, 0);
  if (start < 0) return undefined;
  const end = start + first!.length;
  if (second === undefined) return { before: whole.slice(0, start), between: [], after: whole.slice(end) };
  const next = indexOfRun(whole, second, end);
  if (next < 0) return undefined;
  return {
    before: whole.slice(0, start),
    between: whole.slice(end, next),
    after: whole.slice(next + second.length),
  };
}

export const specialsOf = ({ before, between, after }: SpecialLayout): number =>
  before.length + between.length + after.length;

function indexOfRun(whole: readonly number[], run: readonly number[], from: number): number {
  for (let at = from; at + run.length <= whole.length; at += 1) {
    if (run.every((id, i) => whole[at + i] === id)) return at;
  }
  return -1;
}
