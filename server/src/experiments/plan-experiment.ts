import { availableParallelism } from 'node:os';
import type { EntityManager } from '@mikro-orm/postgresql';
import { CellKind } from '../entities/index.js';
import { Problem } from '../services/problems.js';
import type { ServiceContext } from '../services/service-context.js';
import type { ExperimentInput } from './experiment-input.js';
import { findKnown, type KnownCell } from './find-known.js';
import { measuredRate, type MeasuredRate } from './measured-rate.js';
import { planCells, type PlannedCell } from './plan-cells.js';
import { prepareExperiment, type ExperimentProblem, type PreparedExperiment } from './prepare-experiment.js';

/** What an experiment would take, and what of it is known. */
export interface ExperimentPlan {
  readonly prepared: PreparedExperiment;
  readonly cells: readonly PlannedCell[];
  readonly known: ReadonlyMap<number, KnownCell>;
  /** Of what is not known: models to be fused, evaluations (models × tasks), forward passes. */
  readonly fusions: number;
  readonly evaluations: number;
  readonly images: number;
  readonly rate: MeasuredRate | null;
  /** Processes that work side by side. */
  readonly processes: number;
  /** Null where nothing has been measured. */
  readonly minutes: number | null;
}

export type ExperimentContext = Pick<ServiceContext, 'plugins' | 'blobs' | 'backend'>;

export async function planExperiment(
  em: EntityManager,
  context: ExperimentContext,
  input: ExperimentInput,
): Promise<ExperimentPlan | ExperimentProblem> {
  const prepared = await prepareExperiment(em, context, input);
  if (prepared instanceof Problem) return prepared;
  const cells = planCells(prepared, context.backend);
  const known = await findKnown(em, context, prepared, cells);
  const missing = cells.filter(({ index }) => !known.has(index));
  const sum = (of: (cell: PlannedCell) => number): number => missing.reduce((total, cell) => total + of(cell), 0);
  const images = sum((cell) => cell.images);
  const rate = await measuredRate(em, prepared.base);
  const processes = processesOf();
  return {
    prepared,
    cells,
    known,
    fusions: sum(({ fusions }) => fusions),
    evaluations: sum(
      ({ kind, subset, fusions }) => subset.length * (kind === CellKind.FUSED && fusions > 1 ? fusions + 1 : 1),
    ),
    images,
    rate,
    processes,
    minutes: images === 0 ? 0 : rate && images / rate.imagesPerSecond / processes / 60,
  };
}

/** As the worker has it by default. */
function processesOf(): number {
  const given = Number(process.env['CRUCIBLE_COMPUTE_PROCESSES'] ?? '');
  return Number.isFinite(given) && given > 0 ? Math.ceil(given) : availableParallelism();
}
