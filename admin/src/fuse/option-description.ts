export type OptionType = 'BOOLEAN' | 'ENUM' | 'FLOAT' | 'INT' | 'LIST' | 'OBJECT' | 'STRING';

/** One option of a strategy as the API describes it (`StrategyOption`): all that its field in the form is made from. */
export interface OptionDescription {
  readonly name: string;
  readonly type: OptionType;
  readonly itemType: OptionType | null;
  readonly description: string;
  readonly required: boolean;
  readonly nullable: boolean;
  /** A GraphQL literal, such as `0.2`, `PAPER` or `[1, 2]`; none where leaving it out is a choice of its own, such as what a preset says. */
  readonly default: string | null;
  readonly range: string;
  readonly values: readonly string[] | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly greaterThan: number | null;
  readonly lessThan: number | null;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly fields?: readonly OptionDescription[] | null;
}

/** What a form of one strategy needs to know of it. */
export interface StrategyForm {
  readonly key: string;
  readonly title: string;
  readonly options: readonly OptionDescription[];
  /** What its option `rule` may hold, the default first; empty where it wraps nothing. */
  readonly wraps: readonly { readonly key: string }[];
}
