import { createHash } from 'node:crypto';
import { CellKind, type FusionSpaceName } from '../entities/index.js';
import { canonicalJson } from '../services/canonical-json.js';
import type { PreparedExperiment } from './prepare-experiment.js';

/** One cell, before anything is known of it. */
export interface PlannedCell {
  readonly index: number;
  readonly kind: CellKind;
  readonly subset: readonly number[];
  readonly mode: number | null;
  readonly strategy: number | null;
  readonly space: FusionSpaceName | null;
  readonly seed: number;
  readonly statistics: readonly (string | null)[] | null;
  /** SHA-256 over everything that its figures depend on. */
  readonly key: string;
  /** Models that are fused for it, at most. */
  readonly fusions: number;
  /** Forward passes that it takes, at most. */
  readonly images: number;
}

/** Every cell of an experiment: the base and the specialists first, then subset by subset all that is fused of it. */
export function planCells(prepared: PreparedExperiment, backend: string): readonly PlannedCell[] {
  const { tasks, modes, strategies, subsets, seeds } = prepared;
  const cells: Omit<PlannedCell, 'index'>[] = [];
  const add = (
    cell: Pick<PlannedCell, 'kind' | 'subset'> & Partial<PlannedCell>,
    identity: object,
    cost: { readonly fusions: number; readonly images: number },
  ): void => {
    const data = cell.subset.map((task) => [tasks[task]!.digest, prepared.heads[task]!]);
    const given = {
      ...identity,
      base: prepared.base.digest,
      data,
      test: testOf(prepared, cell.subset),
      backend,
      version: 1,
    };
    const key = createHash('sha256').update(canonicalJson(given)).digest('hex');
    cells.push({ mode: null, strategy: null, space: null, seed: 0, statistics: null, ...cell, ...cost, key });
  };
  const once = (subset: readonly number[]) => ({ fusions: 0, images: testImages(prepared, subset) });
  for (const task of tasks.keys()) add({ kind: CellKind.BASE, subset: [task] }, { base: true }, once([task]));
  const specialists = new Set<string>();
  for (const [mode, { adapters }] of modes.entries()) {
    for (const [task, { id, digest }] of adapters.entries()) {
      if (specialists.has(id)) continue;
      specialists.add(id);
      add({ kind: CellKind.SPECIALIST, subset: [task], mode }, { adapter: digest }, once([task]));
    }
  }
  for (const subset of subsets) {
    for (const [mode, { adapters }] of modes.entries()) {
      for (const [strategy, { record, versions, spaces, statistics }] of strategies.entries()) {
        for (const seed of seeds) {
          const own = subset.map((task) => statistics[mode]![task] ?? null);
          const { points } = record;
          const identity = {
            members: subset.map((task, place) => [adapters[task]!.digest, 1, own[place]]),
            strategy: versions,
            points,
            space: spaces[mode],
            seed,
            ...(points.length > 1 && { validation: prepared.validationExamples }),
          };
          const statisticsOf = own.some((digest) => digest !== null) ? own : null;
          add(
            { kind: CellKind.FUSED, subset, mode, strategy, space: spaces[mode]!, seed, statistics: statisticsOf },
            identity,
            {
              fusions: points.length,
              images: testImages(prepared, subset) + choiceImages(prepared, strategy, subset),
            },
          );
        }
      }
    }
  }
  return cells.map((cell, index) => ({ index, ...cell }));
}

const testOf = ({ testExamples, tasks }: PreparedExperiment, subset: readonly number[]): readonly number[] =>
  subset.map((task) => Math.min(testExamples ?? Infinity, tasks[task]!.counts.test));

const testImages = (prepared: PreparedExperiment, subset: readonly number[]): number =>
  testOf(prepared, subset).reduce((sum, n) => sum + n, 0);

/** What choosing takes: every point on `validation`, and what a search itself looks at. */
function choiceImages(
  { tasks, strategies, validationExamples }: PreparedExperiment,
  index: number,
  subset: readonly number[],
): number {
  const { record, strategy } = strategies[index]!;
  const counts = subset.map((task) => tasks[task]!);
  const validation = counts.reduce((sum, task) => sum + Math.min(validationExamples, task.counts.validation), 0);
  const searched = record.points.map((options) => {
    if (strategy.kind !== 'SEARCH') return 0;
    const shots = strategy.shots(options);
    const looks = strategy.evaluations?.(options) ?? 0;
    return (
      looks *
      counts.reduce((sum, { classes, counts: { validation: n } }) => sum + Math.min(n, shots * classes.length), 0)
    );
  });
  return (record.points.length > 1 ? record.points.length * validation : 0) + searched.reduce((sum, n) => sum + n, 0);
}
