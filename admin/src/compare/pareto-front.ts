export interface ParetoPoint {
  readonly x: number;
  readonly y: number;
}

/** Whether each point is on the front: no other is at least as good in both and better in one, where more is better. Equal points do not beat each other. O(n log n). */
export function findFront(points: readonly ParetoPoint[]): readonly boolean[] {
  const front = points.map(() => false);
  const order = points
    .map((_, index) => index)
    .toSorted((a, b) => points[b]!.x - points[a]!.x || points[b]!.y - points[a]!.y);
  /** The greatest y of all points further right. */
  let best = -Infinity;
  for (let start = 0; start < order.length;) {
    const { x, y: highest } = points[order[start]!]!;
    let end = start;
    for (; end < order.length && points[order[end]!]!.x === x; end += 1) {
      const { y } = points[order[end]!]!;
      front[order[end]!] = y === highest && y > best;
    }
    best = Math.max(best, highest);
    start = end;
  }
  return front;
}
