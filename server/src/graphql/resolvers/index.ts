import type { ClassType, NonEmptyArray } from 'type-graphql';
import { AdapterResolver } from './adapter.js';
import { AdapterUploadResolver } from './adapter-upload.js';
import {
  AnalysisInterfaceResolver,
  AnalysisMutationResolver,
  CosineResolver,
  DisentanglementResolver,
  LossLandscapeResolver,
  OptionCurveResolver,
  TangentDistanceResolver,
} from '../../analyses/analysis-resolver.js';
import { AnalysisResolver } from './analysis.js';
import { BaseModelResolver } from './base-model.js';
import { ComparisonResolver } from './comparison.js';
import { EvaluationResolver } from './evaluation.js';
import { ExperimentResolver } from './experiment.js';
import { AdapterDownloadsResolver, ExportRunResolver } from './export-run.js';
import { ExtractionRunResolver } from './extraction-run.js';
import { FusionMemberResolver } from './fusion-member.js';
import { FusionRunResolver } from './fusion-run.js';
import { FusionStrategyResolver } from './fusion-strategy.js';
import { AdapterInspectionResolver, ImportRunResolver } from './import-run.js';
import { JobResolver } from './job.js';
import { MergeConfigResolver } from './merge-config.js';
import { ModelFusionRunResolver, FusedModelResolver } from './model-fusion-run.js';
import { NodeResolver } from './node.js';
import { OutcomesResolver } from './outcomes.js';
import { PluginResolver } from './plugin.js';
import { SavedComparisonResolver } from './saved-comparison.js';
import { ScoreResolver } from './score.js';
import { AdapterStatisticsResolver, StatisticsRunResolver } from './statistics-run.js';
import { SweepAxisResolver, SweepResolver } from './sweep.js';
import { SystemResolver } from './system.js';
import { TangentFrameResolver } from './tangent-frame.js';
import { TaskHeadResolver, TaskHeadsResolver } from './task-head.js';
import { TaskSampleResolver } from './task-sample.js';
import { TaskResolver } from './task.js';
import { TrainingRunResolver } from './training-run.js';

/** Listed one by one: type-graphql would otherwise take whatever resolver class happens to be imported. */
export const resolvers: NonEmptyArray<ClassType> = [
  SystemResolver,
  NodeResolver,
  BaseModelResolver,
  TaskResolver,
  TaskHeadResolver,
  TaskHeadsResolver,
  TaskSampleResolver,
  TangentFrameResolver,
  AdapterResolver,
  AdapterUploadResolver,
  AdapterInspectionResolver,
  AdapterDownloadsResolver,
  ImportRunResolver,
  ExportRunResolver,
  ModelFusionRunResolver,
  FusedModelResolver,
  ExtractionRunResolver,
  PluginResolver,
  FusionStrategyResolver,
  FusionRunResolver,
  FusionMemberResolver,
  SweepResolver,
  SweepAxisResolver,
  EvaluationResolver,
  ScoreResolver,
  TrainingRunResolver,
  StatisticsRunResolver,
  AdapterStatisticsResolver,
  JobResolver,
  MergeConfigResolver,
  ComparisonResolver,
  OutcomesResolver,
  SavedComparisonResolver,
  AnalysisResolver,
  AnalysisInterfaceResolver,
  AnalysisMutationResolver,
  OptionCurveResolver,
  DisentanglementResolver,
  LossLandscapeResolver,
  TangentDistanceResolver,
  CosineResolver,
  ExperimentResolver,
];
