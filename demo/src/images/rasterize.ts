/** Closed polygons: `points` holds x and y in turn, `ends` the number of points after each contour. */
export interface Polygons {
  readonly points: Float32Array;
  readonly ends: Int32Array;
}

/** x' = a·x + b·y + e, y' = c·x + d·y + f. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/**
 * Every pixel gets the exact area that the transformed polygons cover, 0 to 1. Contours that overlap in one direction count once, holes (contours
 * of the other direction) count as holes. Each edge adds its signed area to the pixels it crosses, and the sums along rows give the coverage: plain
 * arithmetic, so the same numbers everywhere.
 *
 * @returns `[side, side]`
 */
export function rasterize({ points, ends }: Polygons, transform: Affine, side: number): Float32Array {
  const { a, b, c, d, e, f } = transform;
  const sums = new Float64Array(side * side + 1);
  let begin = 0;
  for (const end of ends) {
    let previous = end - 1;
    for (let i = begin; i < end; i += 1) {
      const [px, py, x, y] = [points[2 * previous]!, points[2 * previous + 1]!, points[2 * i]!, points[2 * i + 1]!];
      addEdge(sums, side, a * px + b * py + e, c * px + d * py + f, a * x + b * y + e, c * x + d * y + f);
      previous = i;
    }
    begin = end;
  }
  const coverage = new Float32Array(side * side);
  for (let row = 0; row < side; row += 1) {
    let sum = 0;
    for (let column = 0; column < side; column += 1) {
      sum += sums[row * side + column]!;
      coverage[row * side + column] = Math.min(1, Math.abs(sum));
    }
  }
  return coverage;
}

/** Adds what the edge from (x0, y0) to (x1, y1) changes from each pixel of a row to the next; what lies outside on the left counts from column 0. */
function addEdge(sums: Float64Array, side: number, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return;
  const sign = y0 < y1 ? 1 : -1;
  const [top, bottom, xTop, xBottom] = y0 < y1 ? [y0, y1, x0, x1] : [y1, y0, x1, x0];
  const slope = (xBottom - xTop) / (bottom - top);
  const lastRow = Math.min(side, Math.ceil(bottom));
  for (let row = Math.max(0, Math.floor(top)); row < lastRow; row += 1) {
    const from = Math.max(top, row);
    const to = Math.min(bottom, row + 1);
    if (to <= from) continue;
    const height = sign * (to - from);
    const xa = xTop + (from - top) * slope;
    const xb = xTop + (to - top) * slope;
    addSpan(sums, row * side, side, height, Math.min(xa, xb), Math.max(xa, xb));
  }
}

/** Spreads `height` over the columns from `left` to `right`. */
function addSpan(sums: Float64Array, at: number, side: number, height: number, left: number, right: number): void {
  if (left >= side) return;
  if (right <= 0) {
    sums[at]! += height;
    return;
  }
  const first = Math.floor(left);
  const last = Math.floor(right);
  // What an edge gives to a column and to the next one depends on how far into the column it lies: area to its right, and the rest.
  const put = (column: number, share: number, centre: number) => {
    if (column >= side) return;
    if (column < 0) {
      sums[at]! += share;
      return;
    }
    sums[at + column]! += share * (1 - centre);
    if (column + 1 < side) sums[at + column + 1]! += share * centre;
  };
  if (first === last) {
    put(first, height, (left + right) / 2 - first);
    return;
  }
  const width = right - left;
  for (let column = Math.max(first, -1); column <= Math.min(last, side); column += 1) {
    const from = column === Math.max(first, -1) ? left : column;
    const to = column === last ? right : column + 1;
    if (to > from) put(column, (height * (to - from)) / width, (from + to) / 2 - column);
  }
}
