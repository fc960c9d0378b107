export { claimJob } from './claim.js';
export { jobErrors } from './errors.js';
export { queueEvaluation, settleRun, settleSweep, settleSweepOf } from './fan-in.js';
export type * from './job-queue.js';
export {
  announce,
  finish,
  isFinal,
  kindOf,
  lockExperiment,
  lockFamily,
  lockJob,
  lockSweep,
  type AnyJob,
  type JobRow,
} from './job-row.js';
export { PgBossQueue, type ReceivedMessage } from './pg-boss-queue.js';
export { problemOf } from './problem-of.js';
export { recoverJobs, takeIdentity, type WorkerIdentity } from './recover.js';
export { settleAnalysis } from './settle-analysis.js';
export { settleBaseImport } from './settle-base-import.js';
export { recordCells } from './record-cells.js';
export { settleExperiment } from './experiment-fan-in.js';
export { settleExperimentPart } from './settle-experiment.js';
export { settleExport } from './settle-export.js';
export { settleImport } from './settle-import.js';
export {
  giveBack,
  requeue,
  settleEvaluation,
  settleFailure,
  settleFusion,
  settleTraining,
  type Held,
  type Usage,
} from './settle.js';
export { findStopped, LOG_LINES, trackJob } from './track.js';
export { settleExtraction } from './settle-extraction.js';
export { settleModelFusion } from './settle-model-fusion.js';
export { settleStatistics } from './settle-statistics.js';
export { settleTaskImport } from './settle-task-import.js';
