import { figureOf, type Figure } from './figures';
import { expandId, shortenId } from './short-id';
import type { ShownRow } from './sort-rows';

/** What is let through, by figure: from the first to the second, both included, as the view shows it. */
export type Ranges = Readonly<Record<Figure, readonly [low: number, high: number]>>;

/** Ends of ranges are kept to the hundredth of a percent: finer than anything shown, and short in an address. */
const STEPS = 10_000;

const writeFigure = (figure: Figure): string => (figure === 'mean' || figure === 'worst' ? figure : shortenId(figure));
const readFigure = (text: string): Figure | undefined => (text === 'mean' || text === 'worst' ? text : expandId(text));

/** Widened to the next step, so that what is at an end stays within. */
export function roundRange(low: number, high: number): readonly [number, number] {
  // Products such as 0.57 * 10000 lie a rounding above their integer.
  // The 0 that is added makes a 0 of what is rounded to -0.
  return [Math.floor(low * STEPS + 1e-6) / STEPS + 0, Math.ceil(high * STEPS - 1e-6) / STEPS + 0];
}

/** `<figure>*<low>*<high>`, joined by points: signs that an address leaves as they are. */
export function writeRanges(ranges: Ranges): string {
  return Object.entries(ranges)
    .map(([figure, ends]) => [writeFigure(figure), ...ends.map((end) => Math.round(end * STEPS))].join('*'))
    .join('.');
}

/** The inverse of `writeRanges`; what is wrong is left out. */
export function readRanges(text: string | null): Ranges {
  const ranges: Record<Figure, readonly [number, number]> = {};
  for (const part of (text ?? '').split('.')) {
    const found = /^([\w-]+)\*(-?\d{1,9})\*(-?\d{1,9})$/.exec(part);
    const figure = found ? readFigure(found[1]!) : undefined;
    const [low, high] = [Number(found?.[2]) / STEPS, Number(found?.[3]) / STEPS];
    if (figure && low <= high) ranges[figure] = [low, high];
  }
  return ranges;
}

/** Rows whose figures all lie within the ranges. A row that lacks a figure is not within its range; a range of a task that is not compared lets all through. */
export function rowsWithin(rows: readonly ShownRow[], ranges: Ranges, tasks: readonly string[]): readonly ShownRow[] {
  const known = Object.entries(ranges).filter(([figure]) => ['mean', 'worst', ...tasks].includes(figure));
  if (known.length === 0) return rows;
  return rows.filter((shown) =>
    known.every(([figure, [low, high]]) => {
      const value = figureOf(shown, figure, tasks);
      return value !== undefined && value >= low && value <= high;
    }),
  );
}
