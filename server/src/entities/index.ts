import { Adapter } from './adapter.js';
import { AdapterUpload } from './adapter-upload.js';
import { analysisEntities } from './analysis.js';
import { BaseModel } from './base-model.js';
import { Evaluation } from './evaluation.js';
import { ExperimentCell } from './experiment-cell.js';
import { ExperimentPart } from './experiment-part.js';
import { Experiment } from './experiment.js';
import { ExportRun } from './export-run.js';
import { ExtractionRun } from './extraction-run.js';
import { FusionMember } from './fusion-member.js';
import { FusionRun } from './fusion-run.js';
import { FusionStrategy } from './fusion-strategy.js';
import { ImportRun } from './import-run.js';
import { ModelFusionRun } from './model-fusion-run.js';
import { Plugin } from './plugin.js';
import { SavedComparison } from './saved-comparison.js';
import { Score } from './score.js';
import { StatisticsRun } from './statistics-run.js';
import { Sweep } from './sweep.js';
import { TangentFrame } from './tangent-frame.js';
import { TaskHead } from './task-head.js';
import { Task } from './task.js';
import { TrainingRun } from './training-run.js';

/** Every table. */
export const entities = [
  BaseModel,
  Task,
  TaskHead,
  TangentFrame,
  Adapter,
  Plugin,
  FusionStrategy,
  Sweep,
  FusionRun,
  FusionMember,
  TrainingRun,
  Evaluation,
  Score,
  AdapterUpload,
  ImportRun,
  ExportRun,
  StatisticsRun,
  ModelFusionRun,
  ExtractionRun,
  ...analysisEntities,
  Experiment,
  ExperimentPart,
  ExperimentCell,
  SavedComparison,
];

export * from './adapter.js';
export * from './adapter-inspection.js';
export * from './adapter-upload.js';
export * from './analysis.js';
export * from './base-model.js';
export * from './enums.js';
export * from './evaluation.js';
export * from './experiment.js';
export * from './experiment-cell.js';
export * from './experiment-part.js';
export * from './export-run.js';
export * from './extraction-run.js';
export * from './fusion-member.js';
export * from './fusion-run.js';
export * from './fusion-strategy.js';
export * from './import-run.js';
export * from './job.js';
export * from './model-fusion-run.js';
export * from './new-id.js';
export * from './node.js';
export * from './plugin.js';
export * from './saved-comparison.js';
export * from './score.js';
export * from './statistics-run.js';
export * from './sweep.js';
export * from './tangent-frame.js';
export * from './task-head.js';
export * from './task.js';
export * from './training-run.js';
