import type { AdapterManifest } from '@crucible/engine/adapters';
import type { AnswerMode } from '@crucible/engine/models';
import type { Measurement } from '@crucible/engine/metrics';
import type { Split } from '@crucible/engine/tasks';
import type { FusionSpace } from '@crucible/sdk';
import type { FusionOutcome } from '@crucible/sdk/host';
import type { AnalysisResult, AnalysisWork } from './analysis-protocol.js';
import type { BaseImportResult, BaseImportWork } from './base-import-protocol.js';
import type { CellResult, ExperimentResult, ExperimentWork } from './experiment-protocol.js';
import type { ExportResult, ExportWork } from './export-protocol.js';
import type { ExtractionResult, ExtractionWork } from './extraction-protocol.js';
import type { HeadlessTaskFiles, MadeHead } from './headless-task.js';
import type { ImportResult, ImportWork, InspectionResult, InspectionWork } from './import-protocol.js';
import type { ModelFusionResult, ModelFusionWork } from './model-fusion-protocol.js';
import type { OutsideEvaluationWork } from './outside-evaluation-protocol.js';
import type { StatisticsResult, StatisticsWork } from './statistics-protocol.js';
import type { TaskImportResult, TaskImportWork } from './task-import-protocol.js';
import type { ModuleProbe, TrainingEpoch, TrainingOptions, TrainingTrial } from '../entities/training-run.js';

/** Files are given by path: a compute process knows neither the database nor the blob store. */
export interface ModelFiles {
  /** Folder as Hugging Face lays it out. */
  readonly folder: string;
}
export interface TaskFiles {
  readonly name: string;
  readonly task: string;
  readonly head: string;
}

export interface FusionWork {
  readonly kind: 'FUSION';
  readonly strategy: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly members: readonly {
    readonly path: string;
    readonly weight: number;
    /** `digestFrame` over its own A. */
    readonly ownFrameDigest: string | null;
    /** A file of statistics, of the kind that the strategy needs. */
    readonly statistics: string | null;
  }[];
  readonly space: FusionSpace;
  readonly outputRank: number | null;
  readonly seed: number;
  readonly name: string;
  readonly frame: string | null;
  readonly base: ModelFiles;
  /** Tasks whose validation examples a search looks at. */
  readonly tasks: readonly TaskFiles[];
  readonly outputPath: string;
  /** Cores that nothing else of the worker's computes on; 1 unless given. The bytes do not depend on it. */
  readonly threads?: number;
}
export interface EvaluationWork {
  readonly kind: 'EVALUATION';
  readonly base: ModelFiles;
  readonly adapter: string | null;
  readonly task: TaskFiles | HeadlessTaskFiles;
  readonly split: Split;
  /** How a language model is asked; absent: with the task's first prompt, as `defaultBy` says. */
  readonly asked?: { readonly prompt: string; readonly by: AnswerMode };
}
export interface TrainingWork {
  readonly kind: 'TRAINING';
  readonly name: string;
  readonly base: ModelFiles;
  readonly task: TaskFiles | HeadlessTaskFiles;
  readonly method: string;
  readonly frame: string | null;
  readonly options: TrainingOptions;
  /** Files of the adapters that it is kept orthogonal to. */
  readonly orthogonalTo: readonly string[];
  readonly seed: number;
  /** Survives the process: a training that was killed goes on from what it finds there. */
  readonly checkpointFolder: string;
  readonly outputPath: string;
}
export type Work =
  | FusionWork
  | EvaluationWork
  | TrainingWork
  | ImportWork
  | BaseImportWork
  | TaskImportWork
  | OutsideEvaluationWork
  | InspectionWork
  | ExportWork
  | StatisticsWork
  | ModelFusionWork
  | ExtractionWork
  | AnalysisWork
  | ExperimentWork;
export type WorkKind = Work['kind'];

/** What of an adapter's file goes into its row. */
export interface AdapterFacts {
  /** `digestFrame` of its own A's. */
  readonly ownFrameDigest: string;
  readonly digest: string;
  readonly byteLength: number;
  readonly manifest: AdapterManifest;
  readonly parameterCount: number;
}
export interface FusionResult {
  readonly kind: 'FUSION';
  readonly outcome: FusionOutcome;
  /** Names of all modules, sorted: what `outcome.groups` is about. */
  readonly modules: readonly string[];
  /** The output, or the first of them. */
  readonly adapter: AdapterFacts;
  /** One for each adapter, in their order, of strategies with an output for each. */
  readonly adapters?: readonly AdapterFacts[];
}
export interface EvaluationOutcome {
  readonly kind: 'EVALUATION';
  /** Every figure that the answers allow, that of the task's own metric first. */
  readonly measurements: readonly Measurement[];
  /** Mean cross-entropy; none where the model told no likelihoods. */
  readonly loss: number | null;
  /** None where answers are near or far. */
  readonly outcomes: Uint8Array | null;
  /** Where the base had none, and can make one of the classes' names. */
  readonly head?: MadeHead;
  /** Which model was asked, where it is not ours. */
  readonly source?: string;
}
export interface TrainingResult {
  readonly kind: 'TRAINING';
  readonly path: string;
  readonly adapter: AdapterFacts;
  readonly history: readonly TrainingEpoch[];
  /** What a search and a probe settled: goes in the place of what was asked for. */
  readonly settings: Partial<TrainingOptions>;
  readonly probes: readonly ModuleProbe[];
  readonly trials: readonly TrainingTrial[];
}
export type Result =
  | FusionResult
  | EvaluationOutcome
  | TrainingResult
  | ImportResult
  | BaseImportResult
  | TaskImportResult
  | InspectionResult
  | ExportResult
  | StatisticsResult
  | ModelFusionResult
  | ExtractionResult
  | AnalysisResult
  | ExperimentResult;

export interface WorkProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

/** From the worker to a compute process. */
export type Order = { readonly type: 'run'; readonly work: Work } | { readonly type: 'abort' };

/** From a compute process to the worker. Each `run` is answered by exactly one `done` or `failed`. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'backend'; readonly name: string; readonly reason: string }
  | { readonly type: 'progress'; readonly phase: string; readonly done: number; readonly total: number }
  | { readonly type: 'log'; readonly line: string }
  /** Part of an experiment that is finished: recorded at once, so that it survives this process. */
  | { readonly type: 'cell'; readonly cell: CellResult }
  | { readonly type: 'done'; readonly result: Result; readonly seconds: number }
  | { readonly type: 'failed'; readonly problem: WorkProblem };
