import { availableParallelism, totalmem } from 'node:os';
import type { WorkKind } from '../compute/protocol.js';

export interface WorkerSettings {
  readonly databaseUrl: string;
  readonly home: string;
  /** Jobs computed at once. */
  readonly processes: number;
  /** Bytes of resident memory above which a compute process is stopped. */
  readonly memoryLimit: number;
  /** Seconds after which a job of each kind is stopped. */
  readonly timeouts: Readonly<Record<WorkKind, number>>;
}

const TIMEOUTS: Readonly<Record<WorkKind, number>> = {
  FUSION: 3600,
  EVALUATION: 1800,
  TRAINING: 24 * 3600,
  IMPORT: 3600,
  INSPECTION: 600,
  BASE_IMPORT: 6 * 3600,
  TASK_IMPORT: 6 * 3600,
  // A model elsewhere may be slow, and asked a few times.
  OUTSIDE_EVALUATION: 12 * 3600,
  EXPORT: 3600,
  STATISTICS: 4 * 3600,
  MODEL_FUSION: 12 * 3600,
  EXTRACTION: 12 * 3600,
  ANALYSIS: 12 * 3600,
  EXPERIMENT: 24 * 3600,
};

/** Reads the worker's part of the environment. */
export function workerSettings(
  databaseUrl: string,
  home: string,
  env: NodeJS.ProcessEnv = process.env,
): WorkerSettings {
  const timeout = positive(env['CRUCIBLE_JOB_TIMEOUT']);
  return {
    databaseUrl,
    home,
    processes: Math.min(256, Math.ceil(positive(env['CRUCIBLE_COMPUTE_PROCESSES']) ?? availableParallelism())),
    memoryLimit: positive(env['CRUCIBLE_COMPUTE_MEMORY']) ?? Math.floor(totalmem() * 0.75),
    timeouts:
      timeout === undefined
        ? TIMEOUTS
        : (Object.fromEntries(Object.keys(TIMEOUTS).map((kind) => [kind, timeout])) as typeof TIMEOUTS),
  };
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text ?? '');
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
