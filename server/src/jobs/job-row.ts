import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import {
  Analysis,
  Evaluation,
  Experiment,
  ExperimentPart,
  ExportRun,
  ExtractionRun,
  FINAL_STATES,
  FusionRun,
  ImportRun,
  ModelFusionRun,
  type RunState,
  StatisticsRun,
  Sweep,
  TrainingRun,
  type JobProblem,
} from '../entities/index.js';
import { notifyChange, type ChangeKind } from '../changes/index.js';
import type { JobKind } from './job-queue.js';

export type JobRow =
  | FusionRun
  | Evaluation
  | TrainingRun
  | ImportRun
  | ExportRun
  | StatisticsRun
  | ModelFusionRun
  | ExtractionRun
  | Analysis
  | ExperimentPart;
export type AnyJob = JobRow | Sweep | Experiment;

const CLASSES = {
  FUSION: FusionRun,
  EVALUATION: Evaluation,
  TRAINING: TrainingRun,
  IMPORT: ImportRun,
  EXPORT: ExportRun,
  STATISTICS: StatisticsRun,
  MODEL_FUSION: ModelFusionRun,
  EXTRACTION: ExtractionRun,
  ANALYSIS: Analysis,
  EXPERIMENT: ExperimentPart,
} as const;
export const JOB_TABLES: Readonly<Record<JobKind, string>> = {
  FUSION: 'fusion_run',
  EVALUATION: 'evaluation',
  TRAINING: 'training_run',
  IMPORT: 'import_run',
  EXPORT: 'export_run',
  STATISTICS: 'statistics_run',
  MODEL_FUSION: 'model_fusion_run',
  EXTRACTION: 'extraction_run',
  ANALYSIS: 'analysis',
  EXPERIMENT: 'experiment_part',
};
export const CHANGE_KINDS: Readonly<Record<JobKind, ChangeKind>> = {
  FUSION: 'FUSION_RUN',
  EVALUATION: 'EVALUATION',
  TRAINING: 'TRAINING_RUN',
  IMPORT: 'IMPORT_RUN',
  EXPORT: 'EXPORT_RUN',
  STATISTICS: 'STATISTICS_RUN',
  MODEL_FUSION: 'MODEL_FUSION_RUN',
  EXTRACTION: 'EXTRACTION_RUN',
  ANALYSIS: 'ANALYSIS',
  EXPERIMENT: 'EXPERIMENT',
};

/** The row, locked until the transaction ends, as it is in the database now. */
export async function lockJob(em: EntityManager, kind: JobKind, id: string): Promise<JobRow | null> {
  return em.findOne<JobRow>(CLASSES[kind], { id } as never, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
}

export async function lockSweep(em: EntityManager, id: string): Promise<Sweep | null> {
  return em.findOne(Sweep, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
}

export async function lockExperiment(em: EntityManager, id: string): Promise<Experiment | null> {
  return em.findOne(Experiment, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
}

/**
 * Locks a job after those that wait for it: sweep, then run, then evaluation; experiment, then part. Every transaction that touches more than one of a family takes
 * them in this order, so that two never wait for each other.
 */
export async function lockFamily(em: EntityManager, kind: JobKind, id: string): Promise<JobRow | null> {
  const row = await em.findOne<JobRow>(CLASSES[kind], { id } as never);
  const run = row instanceof Evaluation ? (row.run?.id ?? null) : null;
  const parent = run === null ? null : await em.findOne(FusionRun, { id: run });
  const sweep =
    row instanceof Evaluation
      ? (row.sweep?.id ?? parent?.sweep?.id)
      : row instanceof FusionRun
        ? row.sweep?.id
        : undefined;
  if (sweep !== undefined) await lockSweep(em, sweep);
  if (row instanceof ExperimentPart) await lockExperiment(em, row.experiment.id);
  if (run !== null) await lockJob(em, 'FUSION', run);
  return row && lockJob(em, kind, id);
}

export function kindOf(job: JobRow): JobKind {
  const kind = (Object.keys(CLASSES) as JobKind[]).find((name) => job instanceof CLASSES[name]);
  if (kind === undefined) throw new Error(`${job.constructor.name} is no kind of job`);
  return kind;
}

export const isFinal = (job: { readonly state: RunState }): boolean => FINAL_STATES.has(job.state);

/** Puts a job into its final state, once. */
export function finish(job: AnyJob, state: RunState, problem: JobProblem | null = null): void {
  job.state = state;
  job.problem = problem;
  job.finishedAt = new Date();
  job.worker = null;
}

export async function announce(em: EntityManager, job: AnyJob): Promise<void> {
  // Of a part one hears by its experiment.
  if (job instanceof ExperimentPart) return notifyChange(em, { kind: 'EXPERIMENT', id: job.experiment.id });
  if (job instanceof Experiment) return notifyChange(em, { kind: 'EXPERIMENT', id: job.id });
  const kind: ChangeKind = job instanceof Sweep ? 'SWEEP' : CHANGE_KINDS[kindOf(job)];
  await notifyChange(em, { kind, id: job.id });
}
