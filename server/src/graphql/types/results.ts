import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import {
  CosineAnalysis,
  DisentanglementAnalysis,
  Evaluation,
  Experiment,
  ExportRun,
  ExtractionRun,
  FusionRun,
  ImportRun,
  LossLandscapeAnalysis,
  ModelFusionRun,
  OptionCurveAnalysis,
  StatisticsRun,
  Sweep,
  TangentDistanceAnalysis,
  TrainingRun,
} from '../../entities/index.js';
import {
  IncompatibleAdapters,
  InvalidOptions,
  NotFound,
  NotPossible,
  QuotaExceeded,
  StrategyUnavailable,
} from '../../services/index.js';

@ObjectType({ description: 'Evaluations that were queued, one per task, in the order of the tasks.' })
export class Evaluations {
  @Field(() => [Evaluation], { description: 'One per task.' })
  readonly evaluations: readonly Evaluation[];
  constructor(evaluations: readonly Evaluation[]) {
    this.evaluations = evaluations;
  }
}

@ObjectType({ description: 'Something was deleted.' })
export class Deleted {
  @Field(() => ID, { description: 'What was deleted.' })
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

export const FuseResult = createUnionType({
  name: 'FuseResult',
  description: 'A run that was queued, or found finished; or why none was.',
  types: () => [FusionRun, InvalidOptions, IncompatibleAdapters, StrategyUnavailable, NotFound, QuotaExceeded] as const,
});
export const SweepResult = createUnionType({
  name: 'SweepResult',
  description: 'A sweep that was queued, or why none was.',
  types: () => [Sweep, InvalidOptions, IncompatibleAdapters, StrategyUnavailable, NotFound, QuotaExceeded] as const,
});
export const EvaluateResult = createUnionType({
  name: 'EvaluateResult',
  description: 'Evaluations that were queued, or why none was.',
  types: () => [Evaluations, InvalidOptions, NotFound, QuotaExceeded] as const,
});
export const TrainAdapterResult = createUnionType({
  name: 'TrainAdapterResult',
  description: 'A training that was queued, or why none was.',
  types: () => [TrainingRun, InvalidOptions, StrategyUnavailable, NotFound] as const,
});
export const JobResult = createUnionType({
  name: 'JobResult',
  description: 'The job as it is now, or why nothing could be done.',
  types: () =>
    [
      FusionRun,
      Sweep,
      Evaluation,
      TrainingRun,
      ImportRun,
      ExportRun,
      StatisticsRun,
      ModelFusionRun,
      ExtractionRun,
      OptionCurveAnalysis,
      DisentanglementAnalysis,
      LossLandscapeAnalysis,
      TangentDistanceAnalysis,
      CosineAnalysis,
      Experiment,
      NotFound,
      NotPossible,
    ] as const,
});
export const RunResult = createUnionType({
  name: 'FusionRunResult',
  description: 'The fusion run as it is now, or why nothing could be done.',
  types: () => [FusionRun, NotFound, NotPossible] as const,
});
export const DeleteResult = createUnionType({
  name: 'DeleteResult',
  description: 'What was deleted, or why nothing was.',
  types: () => [Deleted, NotFound, NotPossible] as const,
});
