export interface DemoAdapter {
  readonly path: string;
  readonly method: string;
  readonly ownFrameDigest: string | null;
  readonly task: number;
}

/** As the server's compute processes take it. */
export interface BenchCell {
  readonly index: number;
  readonly members: readonly { readonly adapter: number; readonly weight: number; readonly statistics: null }[];
  readonly fusion: {
    readonly strategy: string;
    readonly space: 'FACTOR' | 'DELTA' | 'FRAME';
    readonly outputRank: null;
    readonly seed: number;
    readonly frame: string;
    readonly points: readonly Readonly<Record<string, unknown>>[];
  };
  readonly tasks: readonly number[];
}

export const MODES = [
  { title: 'LoRA factor', method: 'LORA', space: 'FACTOR' },
  { title: 'LoRA delta', method: 'LORA', space: 'DELTA' },
  { title: 'L-LoRA', method: 'L_LORA', space: 'FRAME' },
] as const;

/** The paper's four, with the options that the demo's validation split prefers; with `choose`, small grids. */
export const STRATEGIES = [
  { id: 'simpleAverage', fixed: {}, grid: [{}] },
  {
    id: 'taskArithmetic',
    fixed: { lambda: 0.3 },
    grid: [0.15, 0.2, 0.3, 0.4, 0.5].map((lambda) => ({ lambda })),
  },
  {
    id: 'ties',
    fixed: { density: 0.5, lambda: 1 },
    grid: [0.5, 1].flatMap((lambda) => [0.25, 0.5].map((density) => ({ density, lambda }))),
  },
  { id: 'loraHub', fixed: { shots: 1, budget: 20 }, grid: [{ shots: 1, budget: 40 }] },
] as const;

/** All subsets of 2…n, small ones first. */
export function subsets(n: number): readonly (readonly number[])[] {
  const all = Array.from({ length: 2 ** n }, (_, bits) =>
    Array.from({ length: n }, (_, i) => i).filter((i) => bits & (1 << i)),
  );
  return all
    .filter(({ length }) => length >= 2)
    .sort((x, y) => x.length - y.length || x.join().localeCompare(y.join()));
}

export function demoCells(demo: {
  readonly adapters: readonly DemoAdapter[];
  readonly tasks: number;
  readonly frame: string;
  readonly choose: boolean;
}): readonly BenchCell[] {
  const { adapters, tasks, frame, choose } = demo;
  const cells: Omit<BenchCell, 'index'>[] = [];
  for (const subset of subsets(tasks)) {
    for (const { method, space } of MODES) {
      const members = subset.map((task) => ({
        adapter: adapters.findIndex((adapter) => adapter.method === method && adapter.task === task),
        weight: 1,
        statistics: null,
      }));
      for (const { id, fixed, grid } of STRATEGIES) {
        const fusion = { strategy: id, space, outputRank: null, seed: 0, frame, points: choose ? grid : [fixed] };
        cells.push({ members, fusion, tasks: subset });
      }
    }
  }
  return cells.map((cell, index) => ({ index, ...cell }));
}

/** A part that has every mode, strategy and size in about their shares. */
export function sampleOf(cells: readonly BenchCell[], count: number): readonly BenchCell[] {
  const step = cells.length / Math.min(count, cells.length);
  // A step that shares no factor with the number of modes and strategies meets all of them.
  return Array.from(
    { length: Math.min(count, cells.length) },
    (_, i) => cells[Math.floor(i * step + (i % 12)) % cells.length]!,
  );
}

/** Forward passes that a cell takes, without those of a search. */
export function cellImages({ tasks, fusion }: BenchCell, test: number, validation: number): number {
  const points = fusion.points.length > 1 ? fusion.points.length : 0;
  return tasks.length * (test + points * validation);
}
