interface Axis {
  readonly option: string;
  readonly values: readonly string[];
}

/** The place of a point on each axis: points are numbered along the grid, the last axis fastest. */
export function placesOf(point: number, axes: readonly Axis[]): readonly number[] {
  let rest = point;
  return axes
    .toReversed()
    .map(({ values }) => {
      const place = rest % values.length;
      rest = (rest - place) / values.length;
      return place;
    })
    .toReversed();
}

/** The axis that curves run along: the one that is named, or else the first with the most values. */
export function axisAlong(axes: readonly Axis[], named: string | null): number {
  const wanted = axes.findIndex(({ option }) => option === named);
  if (wanted >= 0) return wanted;
  return axes.reduce((best, { values }, index) => (values.length > axes[best]!.values.length ? index : best), 0);
}

export interface CurvePoint {
  readonly id: string;
  readonly point: number;
  /** Place on the axis that the curve runs along. */
  readonly place: number;
  readonly values: readonly string[];
  readonly mean: number;
}

export interface Curve {
  /** What the other options are along the curve: `density 0.2, rescale true`; empty where there are none. */
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

interface SweptPoint {
  readonly id: string;
  readonly point: number | null;
  readonly meanScore: number | null;
}

/** One curve for each setting of the other options, along one axis. Points without a score are left out. */
export function curvesOf(axes: readonly Axis[], points: readonly SweptPoint[], along: number): readonly Curve[] {
  const curves = new Map<string, CurvePoint[]>();
  for (const { id, point, meanScore } of points) {
    if (point === null || meanScore === null) continue;
    const places = placesOf(point, axes);
    const values = axes.map((axis, index) => axis.values[places[index]!]!);
    const name = axes.flatMap(({ option }, index) => (index === along ? [] : `${option} ${values[index]}`)).join(', ');
    const curve = curves.get(name) ?? [];
    curves.set(name, curve);
    curve.push({ id, point, place: places[along]!, values, mean: meanScore });
  }
  return [...curves].map(([name, curve]) => ({ name, points: curve.toSorted((a, b) => a.place - b.place) }));
}

/** Values as numbers where all of them are; else they are names in a row, at even distances. */
export function numbersOf({ values }: Axis): readonly number[] | undefined {
  const numbers = values.map(Number);
  return values.length > 0 && numbers.every((value, index) => values[index]!.trim() !== '' && Number.isFinite(value))
    ? numbers
    : undefined;
}
