/**
 * How many tokens of two texts stay when both together may have `room`: the longer one is cut first (Python's `longest_first`, by the Rust core's rule). Where both
 * have more than their half, each gets half, and an odd token goes to the longer, of equals to the second. Lengths above `most`, the cut with its special tokens, count as equal
 * there, since the core reads no further; it does so by whole words, so that it may give an odd token to the other text than we do.
 */
export function truncatePair(first: number, second: number, room: number, most = room): readonly [number, number] {
  if (first + second <= room) return [first, second];
  const isSwapped = Math.min(first, most) > Math.min(second, most);
  const shorter = Math.min(first, second, most);
  let kept: readonly [number, number] = [shorter, Math.max(shorter, room - shorter)];
  if (kept[0] + kept[1] > room) kept = [Math.floor(room / 2), Math.floor(room / 2) + (room % 2)];
  return isSwapped ? [kept[1], kept[0]] : kept;
}
