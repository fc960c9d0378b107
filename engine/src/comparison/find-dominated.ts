/** What one candidate scored; higher is better in both. */
export interface ParetoPoint {
  readonly x: number;
  readonly y: number;
}

/** Whether each point is dominated: another is at least as good in both and better in one. Equal points do not dominate each other. O(n log n). */
export function findDominated(points: readonly ParetoPoint[]): readonly boolean[] {
  const order = points
    .map((_, index) => index)
    .sort((i, j) => points[j]!.x - points[i]!.x || points[j]!.y - points[i]!.y);
  const dominated = points.map(() => false);
  let best = Number.NEGATIVE_INFINITY;
  for (let begin = 0; begin < order.length;) {
    const { x, y: highest } = points[order[begin]!]!;
    let end = begin;
    for (; end < order.length && points[order[end]!]!.x === x; end += 1) {
      const { y } = points[order[end]!]!;
      dominated[order[end]!] = y <= best || y < highest;
    }
    best = Math.max(best, highest);
    begin = end;
  }
  return dominated;
}
