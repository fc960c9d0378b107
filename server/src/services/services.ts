import type { EntityManager } from '@mikro-orm/postgresql';
import type {
  Adapter,
  Analysis,
  Evaluation,
  Experiment,
  ExportRun,
  ExtractionRun,
  StatisticsRun,
  FusionRun,
  ImportRun,
  ModelFusionRun,
  Score,
  Sweep,
  TrainingRun,
} from '../entities/index.js';
import type { ExperimentInput } from '../experiments/experiment-input.js';
import type { ExperimentPlan } from '../experiments/plan-experiment.js';
import type { EvaluateInput, FuseInput, SweepInput, TrainAdapterInput } from './inputs.js';
import type {
  IncompatibleAdapters,
  InvalidOptions,
  NotFound,
  NotPossible,
  QuotaExceeded,
  StrategyUnavailable,
} from './problems.js';

export type AnyJob =
  | FusionRun
  | Sweep
  | Evaluation
  | TrainingRun
  | ImportRun
  | ExportRun
  | StatisticsRun
  | ModelFusionRun
  | ExtractionRun
  | Analysis
  | Experiment;

/** A score against its references: divided by the specialist of the same method, and by the best specialist, on the same task and split. */
export interface NormalizedScore {
  readonly own: number | null;
  readonly best: number | null;
}

/**
 * What can be done. Expected failures are returned as `Problem`s, the rest is thrown. Each takes the request's own `EntityManager` fork and
 * works in a transaction of it; rows and their messages to the workers are committed together.
 */
export interface Services {
  fuse(
    em: EntityManager,
    input: FuseInput,
  ): Promise<FusionRun | InvalidOptions | IncompatibleAdapters | StrategyUnavailable | NotFound | QuotaExceeded>;
  sweep(
    em: EntityManager,
    input: SweepInput,
  ): Promise<Sweep | InvalidOptions | IncompatibleAdapters | StrategyUnavailable | NotFound | QuotaExceeded>;
  evaluate(
    em: EntityManager,
    input: EvaluateInput,
  ): Promise<readonly Evaluation[] | InvalidOptions | NotFound | QuotaExceeded>;
  trainAdapter(
    em: EntityManager,
    input: TrainAdapterInput,
  ): Promise<TrainingRun | InvalidOptions | StrategyUnavailable | NotFound>;
  /** What an experiment would take, and what of it is known already. */
  planExperiment(
    em: EntityManager,
    input: ExperimentInput,
  ): Promise<ExperimentPlan | InvalidOptions | IncompatibleAdapters | StrategyUnavailable | NotFound | QuotaExceeded>;
  runExperiment(
    em: EntityManager,
    input: ExperimentInput,
  ): Promise<Experiment | InvalidOptions | IncompatibleAdapters | StrategyUnavailable | NotFound | QuotaExceeded>;
  /** Asks for the end of a job; CANCELLED is recorded when its process is gone, at once where none has started. */
  cancel(em: EntityManager, id: string): Promise<AnyJob | NotFound | NotPossible>;
  /** Queues a FAILED or CANCELLED job once more. */
  retry(em: EntityManager, id: string): Promise<AnyJob | NotFound | NotPossible>;
  /** Deletes a finished job with its scores, or an adapter that no run uses. Blobs stay until they are collected. */
  remove(em: EntityManager, id: string): Promise<{ readonly id: string } | NotFound | NotPossible>;
  findJob(em: EntityManager, id: string): Promise<AnyJob | null>;
  /** For all scores at once, with a number of queries that does not depend on how many there are. */
  normalize(em: EntityManager, scores: readonly Score[]): Promise<readonly NormalizedScore[]>;
  /** The runs that made these adapters, where a run did: two queries whatever their number. */
  origins(em: EntityManager, adapters: readonly Adapter[]): Promise<readonly (FusionRun | TrainingRun | null)[]>;
  importWorkspace(em: EntityManager, directory: string): Promise<WorkspaceImport>;
}

export interface WorkspaceImport {
  readonly tasks: number;
  readonly adapters: number;
  /** What was not there before; 0 at a second import. */
  readonly added: number;
}
