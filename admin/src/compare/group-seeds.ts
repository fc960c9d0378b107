import type { ShownRow } from './sort-rows';

/** Mean of a figure over repetitions, and the sample standard deviation (n − 1) between them. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** Undefined where a repetition lacks the figure: a mean over fewer is another figure. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length < 2 || known.length < values.length) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (known.length - 1)) };
}

/** Runs with the same settings but for their seed, as one row of means with the spread between them. Anything else, and a run without repetitions, stays as it is. */
export function groupSeeds(
  rows: readonly ShownRow[],
  nameOf: (rows: readonly ShownRow[]) => string,
): readonly ShownRow[] {
  const groups = new Map<string, ShownRow[]>();
  for (const shown of rows) {
    const key = keyOf(shown);
    const known = groups.get(key);
    if (known) known.push(shown);
    else groups.set(key, [shown]);
  }
  return [...groups.values()].map((seeds) => (seeds.length < 2 ? seeds[0]! : joined(seeds, nameOf(seeds))));
}

function keyOf({ row }: ShownRow): string {
  if (row.subject.__typename !== 'FusionRun') return row.subject.id;
  return JSON.stringify(row.settings.filter(({ name }) => name !== 'seed').map(({ name, value }) => [name, value]));
}

function joined(seeds: readonly ShownRow[], name: string): ShownRow {
  const cells = seeds[0]!.values.map((_, task) => spreadOf(seeds.map(({ values }) => values[task])));
  const mean = spreadOf(seeds.map((shown) => shown.mean));
  const worst = spreadOf(seeds.map((shown) => shown.worst));
  return {
    ...seeds[0]!,
    name,
    values: cells.map((spread) => spread?.mean),
    mean: mean?.mean,
    worst: worst?.mean,
    seeds: { rows: seeds, cells, mean, worst },
  };
}

/** Every row by itself, as files and charts have them. */
export const withoutGroups = (rows: readonly ShownRow[]): readonly ShownRow[] =>
  rows.flatMap((shown) => shown.seeds?.rows ?? [shown]);
