import type { EntityManager } from '@mikro-orm/postgresql';
import { CellKind, CellState, ExperimentCell, Task, type Experiment } from '../entities/index.js';
import { compareMethods, type MethodComparison } from './compare-methods.js';
import { unpackOutcomes } from './pack-outcomes.js';
import { estimateMean, type Denominators, type Estimate, type ScoredCell } from './summarize-cells.js';

/** A cell with its figures; of one without any they are null. */
export interface CellRow {
  readonly cell: ExperimentCell;
  readonly scored: ScoredCell;
  readonly mean: Estimate | null;
  readonly worst: number | null;
  /** Place of the worst task in the experiment's list. */
  readonly worstTask: number | null;
  /** Mean over the tasks of accuracy / that of the specialist of the same mode, and / that of the best specialist of any mode. */
  readonly normalizedByOwn: Estimate | null;
  readonly normalizedByBest: Estimate | null;
}

/** Over all subsets of one size: what one strategy in one mode gives. */
export interface SizeRow {
  readonly size: number;
  readonly mode: number;
  readonly strategy: number;
  /** Cells with figures, and how many there shall be. */
  readonly cells: number;
  readonly expected: number;
  readonly mean: Estimate | null;
  readonly worst: number | null;
  readonly normalizedByOwn: Estimate | null;
  readonly normalizedByBest: Estimate | null;
}

export interface MethodPlace {
  readonly mode: number;
  readonly strategy: number;
}

/** An experiment's cells in memory, and what is reckoned of them. */
export class ExperimentTable {
  readonly experiment: Experiment;
  readonly tasks: readonly Task[];
  readonly rows: readonly CellRow[];

  constructor(experiment: Experiment, tasks: readonly Task[], cells: readonly ExperimentCell[]) {
    this.experiment = experiment;
    this.tasks = tasks;
    const scored = cells.map(scoredOf);
    const alone = (kind: CellKind, mode?: number): Denominators =>
      tasks.map((_, task) => {
        const found = cells.findIndex(
          (cell) => cell.kind === kind && cell.subset[0] === task && (mode === undefined || cell.mode === mode),
        );
        const [score] = scored[found]?.scores ?? [];
        return score ? score.correct / score.n : null;
      });
    // Modes may share their adapters, and an adapter is scored once: by the first mode that has it.
    const owners = experiment.modes.map(({ adapters }) =>
      adapters.map((id, task) => experiment.modes.findIndex((mode) => mode.adapters[task] === id)),
    );
    const byMode = experiment.modes.map((_, mode) => alone(CellKind.SPECIALIST, mode));
    const own: readonly Denominators[] = owners.map((modes) => modes.map((mode, task) => byMode[mode]![task] ?? null));
    const best: Denominators = tasks.map((_, task) => {
      const values = own.flatMap((mode) => mode[task] ?? []);
      return values.length === 0 ? null : Math.max(...values);
    });
    this.rows = cells.map((cell, index) =>
      rowOf(cell, scored[index]!, cell.mode === null ? null : own[cell.mode]!, best),
    );
    this.specialists = own;
    this.best = best;
    this.base = alone(CellKind.BASE);
  }

  /** Accuracy by mode and task; by task; of the bare base. */
  readonly specialists: readonly Denominators[];
  readonly best: Denominators;
  readonly base: Denominators;

  /** Size by size, mode by mode, strategy by strategy. */
  get sizes(): readonly SizeRow[] {
    const fused = this.rows.filter(({ cell }) => cell.kind === CellKind.FUSED);
    const sizes = [...new Set(fused.map(({ cell }) => cell.subset.length))].sort((x, y) => x - y);
    return sizes.flatMap((size) =>
      this.experiment.modes.flatMap((_, mode) =>
        this.experiment.strategies.map((_strategy, strategy) => {
          const all = fused.filter(({ cell }) => cell.subset.length === size && isOf(cell, { mode, strategy }));
          const rows = all.filter(({ mean }) => mean !== null);
          const scored = rows.map((row) => row.scored);
          const worst = rows.map((row) => row.worst!);
          return {
            size,
            mode,
            strategy,
            cells: rows.length,
            expected: all.length,
            mean: estimateMean(scored),
            worst: worst.length === 0 ? null : worst.reduce((sum, x) => sum + x, 0) / worst.length,
            normalizedByOwn: estimateMean(scored, () => this.specialists[mode]!),
            normalizedByBest: estimateMean(scored, () => this.best),
          };
        }),
      ),
    );
  }

  /** The second against the first, on the subsets and seeds that both have figures for; of one size, or of all. */
  compare(first: MethodPlace, second: MethodPlace, size: number | null, alpha: number): MethodComparison | null {
    const of = (place: MethodPlace): ReadonlyMap<string, ScoredCell> =>
      new Map(
        this.rows
          .filter(
            ({ cell, mean }) => isOf(cell, place) && mean !== null && (size === null || cell.subset.length === size),
          )
          .map(({ cell, scored }) => [`${cell.subset.join()} ${cell.seed}`, scored]),
      );
    const [ours, theirs] = [of(first), of(second)];
    const pairs = [...ours].flatMap(([key, cell]) => {
      const other = theirs.get(key);
      return other === undefined ? [] : [[cell, other] as const];
    });
    return compareMethods(pairs, alpha);
  }
}

export async function readExperiment(em: EntityManager, experiment: Experiment): Promise<ExperimentTable> {
  const cells = await em.find(ExperimentCell, { experiment: experiment.id }, { orderBy: { index: 'asc' } });
  const found = await em.find(Task, { id: { $in: experiment.tasks } });
  const tasks = experiment.tasks.map((id) => found.find((task) => task.id === id)!);
  return new ExperimentTable(experiment, tasks, cells);
}

const isOf = (cell: ExperimentCell, { mode, strategy }: MethodPlace): boolean =>
  cell.kind === CellKind.FUSED && cell.mode === mode && cell.strategy === strategy;

function scoredOf({ state, scores, outcomes }: ExperimentCell): ScoredCell {
  if (outcomes === null || state === CellState.PENDING || state === CellState.FAILED) return { scores: [] };
  const all = unpackOutcomes(
    outcomes,
    scores.map(({ n }) => n),
  );
  return { scores: scores.map(({ task, n, correct }, place) => ({ task, n, correct, outcomes: all[place]! })) };
}

function rowOf(cell: ExperimentCell, scored: ScoredCell, own: Denominators | null, best: Denominators): CellRow {
  if (scored.scores.length === 0) {
    return { cell, scored, mean: null, worst: null, worstTask: null, normalizedByOwn: null, normalizedByBest: null };
  }
  const values = scored.scores.map(({ correct, n }) => correct / n);
  const worst = Math.min(...values);
  return {
    cell,
    scored,
    mean: estimateMean([scored]),
    worst,
    worstTask: scored.scores[values.indexOf(worst)]!.task,
    normalizedByOwn: own && estimateMean([scored], () => own),
    normalizedByBest: estimateMean([scored], () => best),
  };
}
