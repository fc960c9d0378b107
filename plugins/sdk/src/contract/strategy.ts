import type { BlockRule, TrimPlan } from '@crucible/engine/kernels';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import type { OptionIssue } from '../options/option-issue.js';
import type { FusionContext } from './context.js';
import type { FusionSpace } from './fusion-space.js';

export interface Reference {
  readonly title: string;
  readonly authors?: string;
  readonly year?: number;
  readonly arxiv?: string;
  readonly url?: string;
}

/** What a file of statistics holds for each module. */
export type StatisticsKind = 'GRAM' | 'FISHER';

/** What must hold before a run is queued. The host checks it and says what is missing. */
export interface StrategyNeeds {
  readonly minAdapters: number;
  readonly maxAdapters?: number;
  /** All adapters must share one tangent frame, in every space. (FRAME space asks for that by itself.) */
  readonly sharedFrame?: boolean;
  /** All adapters must have equal ranks, in every space. (FACTOR space asks for that by itself.) */
  readonly equalRank?: boolean;
  /** Scores on `validation` are needed while fusing: a search strategy. */
  readonly validation?: boolean;
  /**
   * A file of statistics per adapter, on its own task: `GRAM` (XᵀX of each module's inputs, `[in, in]`) or `FISHER` (mean squared gradient of ΔW, `[out, in]`).
   */
  readonly statistics?: StatisticsKind;
  /** θ0 of every module is needed, as fusions of full models have it: fusions of adapters are refused, and so is a wrapper around the rule. */
  readonly baseWeights?: boolean;
  /** The objective's gradient is needed: a search that descends. Works where the merged update is linear in the coefficients. */
  readonly gradient?: boolean;
  /** Whether another order of the adapters may give another result. */
  readonly order: 'INVARIANT' | 'MATTERS';
}

/** One adapter's part of one module, as matrices of the space that is merged in. */
export interface ModuleFactors {
  readonly rank: number;
  readonly scale: number;
  /** `[rank, in]`, row-major. */
  readonly a: Float32Array;
  /** `[out, rank]`, row-major. */
  readonly b: Float32Array;
}

export interface ModuleMember<Options = unknown> {
  /** Position of the adapter in the run's order: an option that lists one value per adapter is read at this index. */
  readonly position: number;
  /** SHA-256 of the adapter's file: the key of its randomness. */
  readonly digest: string;
  readonly weight: number;
  /** Options as they hold for this adapter in this module: those of the input, with the schedules that name this adapter applied. */
  readonly options: Options;
  /** The factors as they are stored, in every space: ΔW = scale·B·A. Owned by the host: read, never mutate. */
  readonly factors: ModuleFactors;
  /** Of the kind that `needs.statistics` names: GRAM `[in, in]`, FISHER `[out, in]`; row-major. Absent where none was asked for. */
  readonly statistics?: Float32Array;
  /**
   * Task vectors of this module. FRAME `[B]`; FACTOR `[A - A0, B]`, or `[A, B]` with `factorOrigin: 'ZERO'`; DELTA `[scale·B·A]`;
   * CORE `[M]`. Owned by the host: read, never dispose, never mutate.
   */
  readonly vectors: readonly Tensor2D[];
}

export interface ModuleInput<Options> {
  readonly module: string;
  /** Position of the module in the sorted list of all modules, and their number. */
  readonly index: number;
  readonly count: number;
  readonly space: FusionSpace;
  /** `[out, in]` of ΔW. */
  readonly outFeatures: number;
  readonly inFeatures: number;
  /** Options as they hold in this module, with the schedules applied that name no adapter. */
  readonly options: Options;
  /** θ0 of this tensor, in the shape of the members' vectors: in fusions of full models, where rules of whole weights (SLERP, linear) may need it. */
  readonly base?: Tensor2D;
  /** Adapters that have this module, in the run's order. One that lacks it counts as zero and is absent here. */
  readonly members: readonly ModuleMember<Options>[];
  /** Number of adapters in the run, with and without this module. */
  readonly adapterCount: number;
  /** Weights of all adapters of the run, in its order, with and without this module: what a mean divides by. */
  readonly weights: readonly number[];
}

/**
 * What a strategy makes of a module.
 *
 * - `combination`: Σ coefficient·vector. The host computes it exactly, in factors, never densely; prefer it for linear rules.
 * - `vectors`: merged matrices, as many and in the shapes of each member's `vectors`. The host disposes them.
 * - `factors`: ΔW of the module as a low-rank product, for rules whose result is one (least squares in the row space, clusters of rank-one units).
 * - `outputs`: one result per member, each like `vectors`; only of a strategy with `outputs: 'PER_ADAPTER'`.
 */
export type ModuleOutput =
  | { readonly kind: 'combination'; readonly coefficients: readonly number[] }
  | { readonly kind: 'vectors'; readonly vectors: readonly Tensor2D[] }
  | { readonly kind: 'factors'; readonly factors: ModuleFactors }
  | { readonly kind: 'outputs'; readonly outputs: readonly (readonly Tensor2D[])[] };

/** What is known of a run before anything of it is read. */
export interface RunFacts {
  readonly adapterCount: number;
  /** Whether `ModuleInput.base` will be there: in fusions of full models, outside wrappers. */
  readonly baseWeights: boolean;
}

interface StrategyDescription<Schema extends z.ZodObject> {
  /** camelCase; the field of the GraphQL input `StrategyInput`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly references: readonly Reference[];
  readonly needs: StrategyNeeds;
  /** Spaces it works in, the default first. */
  readonly spaces: readonly [FusionSpace, ...FusionSpace[]];
  /** Whether it treats every entry alike, wherever it stands: such a rule may be run inside a wrapper that changes coordinates (KnOTS). */
  readonly elementwise?: boolean;
  /** `PER_ADAPTER`: one fused adapter for each that went in (EMR). Default: one for all. */
  readonly outputs?: 'ONE' | 'PER_ADAPTER';
  /**
   * Numeric options that may vary by adapter, layer and module: those that it reads from `ModuleMember.options`, or from `ModuleInput.options` where they
   * are the module's own. `weight` of an adapter always may.
   */
  readonly schedulable?: readonly string[];
  /**
   * Those of `schedulable` that it reads from `ModuleMember.options`, so that one adapter may have its own value; a schedule that names an adapter is
   * refused for the others, which it would not change. Left out: all of them.
   */
  readonly perAdapter?: readonly string[];
  /** In FACTOR space: whether task vectors are measured from the frame (A - A0, the paper's code) or from zero (A, LoraHub and PEFT). */
  readonly factorOrigin?: 'FRAME' | 'ZERO';
  /** One declaration: TypeScript type, validation, defaults, GraphQL input type, console form. Each field has `.describe()` and a default. */
  readonly options: Schema;
  /**
   * What is wrong with these options in a run of so many adapters: a list that has not one entry for each, or a choice that takes weights of the base. Asked
   * before a run is queued, of a rule inside a wrapper too; paths begin below the options, messages are clauses that name got, expected and remedy.
   */
  check?(options: z.output<Schema>, run: RunFacts): readonly OptionIssue[];
}

/**
 * A look at every module before any is fused, for rules that need a global figure (the threshold of a global trim).
 * Each round visits every module; `combine` gets the observations in module order and must not depend on how they were shared out.
 * State and observations are structured-cloneable.
 */
export interface Survey<Options, State, Observation> {
  /** 1 or more; as a function of the options, 0 or more: options that need no global figure must not cost a pass over the adapters. */
  readonly rounds: number | ((options: Options) => number);
  start(options: Options, adapterCount: number): State;
  observe(
    input: ModuleInput<Options>,
    state: State,
    round: number,
    context: FusionContext,
  ): Promise<Observation> | Observation;
  combine(observations: readonly Observation[], state: State, round: number, options: Options): State;
}

/** A module without what is in it: all that is known of it before a task vector is read. */
export interface TrimmedMergeInput<Options> extends Omit<ModuleInput<Options>, 'members' | 'base'> {
  readonly members: readonly Pick<ModuleMember<Options>, 'position' | 'digest' | 'weight' | 'options'>[];
}

/** Trim each task vector by its magnitudes, elect signs or none, merge what agrees; entry by entry, in float64, rounded to float32 once. */
export interface TrimmedMerge {
  /** In the order of their sums. One that is left out takes no part. */
  readonly members: readonly { readonly position: number; readonly weight: number; readonly trim: TrimPlan }[];
  readonly rule: BlockRule;
}

/** A rule that works module by module, so that modules stream through bounded memory and can be shared out among workers. */
export interface ModuleStrategy<
  Schema extends z.ZodObject = z.ZodObject,
  State = unknown,
  Observation = unknown,
> extends StrategyDescription<Schema> {
  readonly kind: 'MODULE';
  /**
   * Whether, with these options, the result turns with what goes in: f(U·b·a·Vᵀ) = U·f(b·a)·Vᵀ for the same U and V of orthonormal columns in all adapters, whatever
   * their heights. Such a rule is previewed from the factors in the small coordinates that the adapters span together, in CORE space. Rules that look at single
   * entries of factors or matrices do not follow rotations. Left out: it does not.
   */
  followsRotations?(options: z.output<Schema>): boolean;
  readonly survey?: Survey<z.output<Schema>, State, Observation>;
  fuseModule(
    input: ModuleInput<z.output<Schema>>,
    state: State,
    context: FusionContext,
  ): Promise<ModuleOutput> | ModuleOutput;
  /**
   * The same as `fuseModule` to the bit, as data, in modules where it is a trim and a merge by entries; undefined elsewhere. Fusions of full models then make it
   * straight from the stored numbers, in pieces and without a backend, and need no float32 copies of a tensor. Pure.
   */
  trimmedMerge?(input: TrimmedMergeInput<z.output<Schema>>, state: unknown): TrimmedMerge | undefined;
}

/** A module as a wrapper hands it to the rule that it wraps. */
export interface WrappedModule {
  /** What the rule shall merge instead, for each member in the order of `input.members`, all of equal shapes. The host disposes them. */
  readonly vectors: readonly (readonly Tensor2D[])[];
  /** Takes what the rule made, in the shapes of one member's `vectors`, back to the space of the input. */
  restore(merged: readonly Tensor2D[]): Promise<ModuleOutput> | ModuleOutput;
}

/**
 * A rule over a rule: it changes the coordinates in which another strategy merges (KnOTS), or treats a part of each task vector itself (magnitudes).
 * The host adds an option `rule` to its options: the wrapped strategy and its options, written as in `StrategyInput` (`{ ties: { density: 0.2 } }`).
 * The rule's survey runs over the wrapped modules, which are made anew in each round.
 */
export interface WrapperStrategy<Schema extends z.ZodObject = z.ZodObject> extends StrategyDescription<Schema> {
  readonly kind: 'WRAPPER';
  /** As of a module strategy, if what it wraps were to follow rotations of the wrapped modules, or sees the same ones. */
  followsRotations?(options: z.output<Schema>): boolean;
  readonly wraps: 'ELEMENTWISE' | 'ANY';
  /** What `rule` is when it is left out. */
  readonly defaultRule: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  wrapModule(input: ModuleInput<z.output<Schema>>, context: FusionContext): Promise<WrappedModule> | WrappedModule;
}

/** What the platform scores for a search: coefficients, one per adapter. Lower is better. */
export interface ObjectiveValue {
  /** Mean over the examples of all tasks, in nats: the cross-entropy of labels, or the entropy of predictions. */
  readonly loss: number;
  /** For the record: a search without labels must not look at it. */
  readonly accuracy: number;
  readonly examples: number;
}
/** An objective's value and its slope in each coefficient, by reverse mode through the merged model. */
export interface ObjectiveGradient extends ObjectiveValue {
  readonly gradient: readonly number[];
}

export interface SearchObjective {
  readonly adapterCount: number;
  /** Groups of modules with coefficients of their own; coefficients come group by group: `[groupCount · adapterCount]`. */
  readonly groupCount?: number;
  /** Examples that are looked at, of all tasks, all of them from `validation`. */
  readonly examples: number;
  /** Over all examples. */
  evaluate(coefficients: readonly number[]): Promise<ObjectiveValue>;
  /** Over one batch of every task, which `step` chooses; only for strategies with `needs.gradient`. */
  gradient?(coefficients: readonly number[], step: number): Promise<ObjectiveGradient>;
}
export interface SearchStep {
  readonly index: number;
  readonly coefficients: readonly number[];
  readonly loss: number;
  readonly penalty: number;
  readonly objective: number;
  readonly best: number;
}
export interface SearchOutcome {
  /** Final coefficients, one per adapter (and group of modules, group by group); the host then combines them exactly, in the run's space. */
  readonly coefficients: readonly number[];
  readonly trace: readonly SearchStep[];
}

/** A rule that looks for coefficients by what they score. */
export interface SearchStrategy<Schema extends z.ZodObject = z.ZodObject> extends StrategyDescription<Schema> {
  readonly kind: 'SEARCH';
  /**
   * Few-shot examples per class and task that the objective shall look at, for these options. Of an ENTROPY objective, which may not look at labels, so many
   * times the number of classes, of any classes.
   */
  shots(options: z.output<Schema>): number;
  /** What its objective is: the cross-entropy of labels (default), or the entropy of predictions, which needs no labels. */
  readonly objective?: 'CROSS_ENTROPY' | 'ENTROPY';
  /** Group of each module, from 0 without gaps: modules of one group share their coefficients. Left out: all in one. */
  groups?(modules: readonly string[], options: z.output<Schema>): readonly number[];
  /** Examples per task in a batch of the gradient, for these options; 16 unless told. */
  batchSize?(options: z.output<Schema>): number;
  /** Evaluations that it asks for at most, for these options: what its progress is a share of. */
  evaluations?(options: z.output<Schema>): number;
  search(
    input: { readonly options: z.output<Schema>; readonly weights: readonly number[] },
    objective: SearchObjective,
    context: FusionContext,
  ): Promise<SearchOutcome>;
}

/** A strategy of any options. The host calls each only with options that its own schema has parsed. */
export type Strategy = ModuleStrategy | SearchStrategy | WrapperStrategy;
