import type { FusionSpace } from '@crucible/sdk';
import type { ModelFiles, TaskFiles, WorkProblem } from './protocol.js';

/** An adapter of an experiment; cells name it by its place in the list. */
export interface ExperimentAdapter {
  readonly path: string;
  readonly ownFrameDigest: string | null;
  /** Place of its own task in the experiment's list, which an output of its own is scored on. */
  readonly task: number | null;
}

/** One model to be made and scored: a fusion, a specialist by itself, or the bare base. */
export interface ExperimentCellWork {
  /** Its number in the experiment. */
  readonly index: number;
  readonly members: readonly {
    readonly adapter: number;
    readonly weight: number;
    /** A file of statistics, of the kind that the strategy needs. */
    readonly statistics: string | null;
  }[];
  /** Null for what is scored as it is: one member, or none for the base. */
  readonly fusion: {
    readonly strategy: string;
    readonly space: FusionSpace;
    readonly outputRank: number | null;
    readonly seed: number;
    readonly frame: string | null;
    /** Options to choose from on `validation`, parsed; with one there is nothing to choose. */
    readonly points: readonly Readonly<Record<string, unknown>>[];
  } | null;
  /** Places of the tasks that it is scored on. */
  readonly tasks: readonly number[];
}

/** A stretch of an experiment's cells, worked through in one process that keeps base, adapters and images. */
export interface ExperimentWork {
  readonly kind: 'EXPERIMENT';
  readonly base: ModelFiles;
  readonly adapters: readonly ExperimentAdapter[];
  readonly tasks: readonly TaskFiles[];
  /** Examples per task that options are chosen by, and that are reported on; null for the whole split. */
  readonly validationExamples: number | null;
  readonly testExamples: number | null;
  /** Which examples, where not all. */
  readonly seed: number;
  readonly cells: readonly ExperimentCellWork[];
}

/** One task of a cell, on `test`. */
export interface CellScore {
  /** Place of the task in the experiment's list. */
  readonly task: number;
  readonly n: number;
  readonly correct: number;
  readonly loss: number;
  /** One byte per example, 1 where it was right. */
  readonly outcomes: Uint8Array;
}

/** What came of a cell. */
export interface CellResult {
  readonly index: number;
  readonly problem: WorkProblem | null;
  /** Mean accuracy on `validation` of each point, where there was something to choose. */
  readonly validation: readonly number[] | null;
  /** The point that was chosen: the first of the best. */
  readonly chosen: number;
  /** SHA-256 over the fused updates: equal for equal models. */
  readonly digest: string | null;
  readonly scores: readonly CellScore[];
  /** Forward passes that it took, validation and searches included; 0 where an equal model had been scored. */
  readonly images: number;
  readonly seconds: number;
}

export interface ExperimentResult {
  readonly kind: 'EXPERIMENT';
  readonly images: number;
  /** How models were scored, for the record. */
  readonly scoring: string;
}
