import { figureOf, type Figure } from '../figures';
import { findFront, type ParetoPoint } from '../pareto-front';
import type { ShownRow } from '../sort-rows';

export interface ScatterPoint extends ParetoPoint {
  readonly shown: ShownRow;
  /** No other subject has both figures at least as good and one better. */
  readonly front: boolean;
}

export interface Scatter {
  readonly points: readonly ScatterPoint[];
  /** Subjects without one of the figures: they are not shown, and nothing is said of them. */
  readonly missing: number;
}

/** Subjects by two figures. The front is of what is shown, so that it never contradicts the chart. */
export function scatterOf(rows: readonly ShownRow[], x: Figure, y: Figure, tasks: readonly string[]): Scatter {
  const placed = rows.flatMap((shown) => {
    const [left, right] = [figureOf(shown, x, tasks), figureOf(shown, y, tasks)];
    return left === undefined || right === undefined ? [] : [{ shown, x: left, y: right }];
  });
  const front = findFront(placed);
  return {
    points: placed.map((point, index) => ({ ...point, front: front[index]! })),
    missing: rows.length - placed.length,
  };
}

/** The front from its best x to its best y. */
export const frontOf = ({ points }: Scatter): readonly ScatterPoint[] =>
  points.filter(({ front }) => front).toSorted((a, b) => b.x - a.x || b.y - a.y);
