/** A square from pairs `left < right`; what stands on the diagonal is given. */
export function squareOf<Pair extends { readonly left: number; readonly right: number }>(
  size: number,
  pairs: readonly Pair[],
  valueOf: (pair: Pair) => number | undefined,
  diagonal: number | null,
): readonly (readonly (number | null)[])[] {
  const square = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_unused, j): number | null => (i === j ? diagonal : null)),
  );
  for (const pair of pairs) {
    const value = valueOf(pair) ?? null;
    square[pair.left]![pair.right] = value;
    square[pair.right]![pair.left] = value;
  }
  return square;
}
