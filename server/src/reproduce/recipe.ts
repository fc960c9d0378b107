/** A repository of the hub, or where `--smoke` made its stand-in: a folder under the import root. */
export type Place =
  { readonly kind: 'HUB'; readonly repo: string } | { readonly kind: 'FOLDER'; readonly directory: string };

/** Parquet files of one split: those that the hub itself made of the data set. */
export interface DataSplit {
  readonly config: string;
  readonly split: string;
}

/** Where examples come from: a data set of the hub, or files under the import root in the words of `TaskSplitInput`. */
export type TaskData =
  | { readonly kind: 'HUB'; readonly repo: string; readonly train: DataSplit; readonly test: DataSplit }
  | { readonly kind: 'FOLDER'; readonly directory: string; readonly train: object; readonly test: object };

export interface RecipeTask {
  readonly name: string;
  readonly title: string;
  readonly data: TaskData;
  /** The part of `ImportTaskInput` that says what its examples are. */
  readonly form: { readonly text?: object; readonly image?: object };
  readonly adapter: Place;
}

/** A row of the table: its name, and what was published for it, in the order of the tasks; null where nothing was. */
export interface PublishedRow {
  readonly name: string;
  readonly strategy?: object;
  readonly published: readonly (number | null)[] | null;
}

/** What `npm run reproduce` repeats: one base, one adapter a task, and strategies that fuse all of them. Figures in percent. */
export interface Recipe {
  readonly name: string;
  readonly title: string;
  readonly base: Place;
  readonly tasks: readonly RecipeTask[];
  /** Examples that each `validation` gets out of `train`: nothing is chosen here, but a task has three splits. */
  readonly validationExamples: number;
  readonly bare: PublishedRow;
  readonly specialists: PublishedRow;
  readonly fusions: readonly (PublishedRow & { readonly strategy: object })[];
  /** Where the published figures come from, and what must be known to read ours beside them. */
  readonly notes: readonly string[];
}
