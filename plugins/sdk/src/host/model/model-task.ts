import type { FloatDtype } from '@crucible/engine/checkpoints';
import type { ModuleSettings } from '../fusion/schedule-modules.js';

/** A stretch of numbers in a file. */
export interface StoredNumbers {
  readonly path: string;
  /** Of the first byte. */
  readonly position: number;
  readonly dtype: FloatDtype;
}

/** Rows of one tensor that a rule merges at a time: a module. Structured-cloneable. */
export interface TensorPart {
  readonly tensor: string;
  /** Name of the module: the tensor's without `.weight`, with its rows where the tensor is cut. */
  readonly module: string;
  readonly index: number;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly base: StoredNumbers;
  readonly models: readonly StoredNumbers[];
  readonly dtype: FloatDtype;
  /** Weights and options as they hold here, where something is scheduled. */
  readonly settings?: ModuleSettings;
}

/** What a rule made of a part: coefficients of the task vectors, or the finished bytes. */
export type FusedPart =
  | { readonly kind: 'combination'; readonly coefficients: readonly number[] }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer>; readonly squares: Squares };

/** Σ of squares of task vectors, and of the output less the base. */
export interface Squares {
  readonly models: readonly number[];
  readonly output: number;
}

/** A weighted sum of stored numbers. Structured-cloneable. */
export interface CombineTask {
  readonly tensor: string;
  readonly count: number;
  /** The base, then the models; those of factor 0 are not read unless `norms` asks for them. */
  readonly streams: readonly StoredNumbers[];
  readonly factors: readonly number[];
  readonly dtype: FloatDtype;
  readonly norms: boolean;
  /** Memory for the result, given away: fresh memory for each piece would cost as much as the arithmetic. */
  readonly buffer?: ArrayBuffer;
}

export interface Combined {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly squares?: Squares;
}
