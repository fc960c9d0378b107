import {
  createMatrix,
  joinColumns,
  joinRows,
  recompress,
  scaleColumns,
  scaleMatrix,
  scaleRows,
  signsOfRows,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';

/** An adapter's update with the name of its randomness. */
export interface NamedUpdate {
  readonly digest: string;
  readonly update: LowRank;
}

/** Rank-one units of all adapters: Σ_j scale·b_j·a_j is the sum of their updates. */
export interface UnitPool {
  /** `[count, in]` */
  readonly a: Matrix;
  /** `[out, count]` */
  readonly b: Matrix;
  readonly scale: number;
  /** Of each unit: the adapter that it is from, and its place there. */
  readonly origins: readonly { readonly digest: string; readonly place: number }[];
  /** Ranks of the adapters that have units, in the order of the units. */
  readonly ranks: readonly number[];
}

/**
 * Takes updates apart into units: a row of A with its column of B (Zhao et al., 2025, "minimal semantic units"), or singular triples with √S on either
 * side. Ordered by digest, so that nothing after it depends on the order of the adapters. Units of zero are left out: they stand for no direction.
 *
 * Scales that differ between adapters are folded into B relative to the largest; equal scales leave the factors as stored, as the paper clusters them.
 */
export function collectUnits(adapters: readonly NamedUpdate[], kind: 'STORED' | 'SINGULAR'): UnitPool {
  const ordered = adapters
    .toSorted((x, y) => (x.digest < y.digest ? -1 : x.digest > y.digest ? 1 : x.update.scale - y.update.scale))
    .map(({ digest, update }) => ({ digest, update: kind === 'SINGULAR' ? singularUnits(update) : update }));
  const scale = ordered.reduce((most, { update }) => Math.max(most, Math.abs(update.scale)), 0);
  const parts = ordered
    .map(({ digest, update: { a, b, scale: own } }) => dropZeros(digest, a, scaleMatrix(b, own / scale)))
    .filter(({ origins }) => scale > 0 && origins.length > 0);
  const { a, b } = adapters[0]!.update;
  return {
    a: joinRows(
      parts.map((part) => part.a),
      a.columns,
    ),
    b: joinColumns(
      parts.map((part) => part.b),
      b.rows,
    ),
    scale,
    origins: parts.flatMap(({ origins }) => origins),
    ranks: parts.map(({ origins }) => origins.length),
  };
}

/** Triples with the largest entry of each row positive: (-a)·(-b) is the same unit, and must be the same point. */
function singularUnits(update: LowRank): LowRank {
  const { a, b, scale } = recompress(update);
  const signs = signsOfRows(a);
  return { a: scaleRows(a, signs), b: scaleColumns(b, signs), scale };
}

function dropZeros(digest: string, a: Matrix, b: Matrix): Pick<UnitPool, 'a' | 'b' | 'origins'> {
  const [ofA, ofB] = [new Uint8Array(a.rows), new Uint8Array(a.rows)];
  for (let at = 0; at < a.data.length; at += 1) if (a.data[at] !== 0) ofA[Math.floor(at / a.columns)] = 1;
  for (let i = 0; i < b.rows; i += 1) {
    for (let place = 0; place < b.columns; place += 1) if (b.data[i * b.columns + place] !== 0) ofB[place] = 1;
  }
  const kept = Array.from(ofA.keys()).filter((place) => ofA[place] === 1 && ofB[place] === 1);
  const origins = kept.map((place) => ({ digest, place }));
  if (kept.length === a.rows) return { a, b, origins };
  const rows = createMatrix(kept.length, a.columns);
  const columns = createMatrix(b.rows, kept.length);
  kept.forEach((place, to) => {
    rows.data.set(a.data.subarray(place * a.columns, (place + 1) * a.columns), to * a.columns);
    for (let i = 0; i < b.rows; i += 1) columns.data[i * kept.length + to] = b.data[i * b.columns + place]!;
  });
  return { a: rows, b: columns, origins };
}
