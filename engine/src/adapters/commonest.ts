/** The value that occurs most often; the smallest of several. */
export function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([x, xs], [y, ys]) => ys - xs || x - y)[0]![0];
}
