import type { FusionSpaceName } from '../entities/index.js';

type Options = Readonly<Record<string, unknown>>;

export interface ExperimentModeInput {
  readonly name: string;
  /** One per task. */
  readonly adapters: readonly string[];
  /** Absent: the most exact one that each strategy offers for these adapters. */
  readonly space?: FusionSpaceName | undefined;
}

export interface ExperimentStrategyInput {
  /** Absent: the strategy's title. */
  readonly name?: string | undefined;
  readonly id: string;
  /** Options to choose from on `validation`, raw; one: nothing to choose. */
  readonly points: readonly Options[];
}

export interface ExperimentInput {
  readonly name?: string | undefined;
  readonly modes: readonly ExperimentModeInput[];
  readonly strategies: readonly ExperimentStrategyInput[];
  /** Sizes of the subsets; absent: 2 to all. */
  readonly sizes?: readonly number[] | undefined;
  /** Subsets by their tasks, instead of all of the sizes. */
  readonly subsets?: readonly (readonly string[])[] | undefined;
  readonly seeds?: readonly number[] | undefined;
  /** Absent: 250. */
  readonly validationExamples?: number | undefined;
  /** Absent: the whole split. */
  readonly testExamples?: number | undefined;
}
