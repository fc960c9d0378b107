import type { ComputeContext } from './compute-context.js';
import type { Result, Work } from './protocol.js';
import { runAnalysisWork } from './run-analysis-work.js';
import { runBaseImportWork } from './run-base-import-work.js';
import { runEvaluationWork } from './run-evaluation-work.js';
import { runExperimentWork } from './run-experiment-work.js';
import { runExportWork } from './run-export-work.js';
import { runExtractionWork } from './run-extraction-work.js';
import { runFusionWork } from './run-fusion-work.js';
import { runInspectionWork } from './run-inspection-work.js';
import { runImportWork } from './run-import-work.js';
import { runModelFusionWork } from './run-model-fusion-work.js';
import { runOutsideEvaluationWork } from './run-outside-evaluation-work.js';
import { runStatisticsWork } from './run-statistics-work.js';
import { runTaskImportWork } from './run-task-import-work.js';
import { runTrainingWork } from './run-training-work.js';

export async function runWork(work: Work, context: ComputeContext): Promise<Result> {
  if (work.kind === 'FUSION') return runFusionWork(work, context);
  if (work.kind === 'EVALUATION') return runEvaluationWork(work, context);
  if (work.kind === 'BASE_IMPORT') return runBaseImportWork(work, context);
  if (work.kind === 'IMPORT') return runImportWork(work, context);
  if (work.kind === 'OUTSIDE_EVALUATION') return runOutsideEvaluationWork(work, context);
  if (work.kind === 'TASK_IMPORT') return runTaskImportWork(work, context);
  if (work.kind === 'INSPECTION') return runInspectionWork(work, context);
  if (work.kind === 'EXPORT') return runExportWork(work, context);
  if (work.kind === 'STATISTICS') return runStatisticsWork(work, context);
  if (work.kind === 'MODEL_FUSION') return runModelFusionWork(work, context);
  if (work.kind === 'EXTRACTION') return runExtractionWork(work, context);
  if (work.kind === 'ANALYSIS') return runAnalysisWork(work, context);
  if (work.kind === 'EXPERIMENT') return runExperimentWork(work, context);
  return runTrainingWork(work, context);
}
