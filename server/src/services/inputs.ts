import type { AskedBy, FusionSpaceName, SplitName } from '../entities/index.js';
import type { TrainingOptions } from '../entities/training-run.js';

/** One strategy with raw options, as the client gave them: `{ id: 'ties', options: { density: 0.2 } }`. */
export interface StrategyChoice {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Ids in inputs are the rows' own UUIDs. */
export interface MemberInput {
  readonly adapter: string;
  readonly weight?: number | undefined;
}

export interface FuseInput {
  readonly name?: string | undefined;
  readonly adapters: readonly MemberInput[];
  readonly strategy: StrategyChoice;
  /** Absent: the most exact one that the strategy offers for these adapters. */
  readonly space?: FusionSpaceName | undefined;
  readonly outputRank?: number | undefined;
  readonly seed?: number | undefined;
  /** Tasks; absent: the adapters' own. Empty: none. */
  readonly evaluateOn?: readonly string[] | undefined;
  readonly evaluationSplit?: SplitName | undefined;
  /** How language models are asked: `wayOf` says what is left out. */
  readonly prompt?: string | undefined;
  readonly by?: AskedBy | undefined;
  /** Answer with a finished run of the same fingerprint where there is one. */
  readonly reuse?: boolean | undefined;
}

export interface SweepInput extends Omit<FuseInput, 'evaluationSplit' | 'reuse'> {
  /** Options to walk along; the grid is their product, the last axis fastest. */
  readonly axes: readonly { readonly option: string; readonly values: readonly unknown[] }[];
}

export interface EvaluateInput {
  /** Absent: the bare base. */
  readonly adapter?: string | undefined;
  /** Needed where no adapter is given. */
  readonly base?: string | undefined;
  readonly tasks: readonly string[];
  readonly split?: SplitName | undefined;
  /** How language models are asked: `wayOf` says what is left out. */
  readonly prompt?: string | undefined;
  readonly by?: AskedBy | undefined;
}

export interface TrainAdapterInput {
  readonly name?: string | undefined;
  readonly base: string;
  readonly task: string;
  /** Such as LORA, L_LORA, or one that a plugin brought. */
  readonly method: string;
  /** The frame to train in; a method that freezes A needs one, and takes the base's own where there is exactly one. */
  readonly frame?: string | undefined;
  readonly options?: { readonly [K in keyof TrainingOptions]?: TrainingOptions[K] | undefined } | undefined;
  readonly seed?: number | undefined;
}
