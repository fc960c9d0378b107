import type { EntityManager } from '@mikro-orm/postgresql';

export type JobKind =
  | 'FUSION'
  | 'EVALUATION'
  | 'TRAINING'
  | 'IMPORT'
  | 'EXPORT'
  | 'STATISTICS'
  | 'MODEL_FUSION'
  | 'EXTRACTION'
  | 'ANALYSIS'
  | 'EXPERIMENT';

/** What a worker is told: which row to work on. All else is in the row. */
export interface JobMessage {
  readonly kind: JobKind;
  readonly id: string;
}

/** The way from the API to the workers. A message is part of the transaction of the `EntityManager` that it is sent with. */
export interface JobQueue {
  /** Answers the id of the message, to be kept in `Job.queueJob`. */
  send(em: EntityManager, message: JobMessage): Promise<string>;
  depth(): Promise<{ readonly waiting: number; readonly active: number }>;
}
