import type { ImageTaskRecipe, TextTaskRecipe } from '@crucible/engine/datasets';
import type { AnswerForm, Prompt, Split } from '@crucible/engine/tasks';
import type { MetricName } from '@crucible/engine/metrics';

/** How a task is made of files; paths are relative to the folder that was named, or whole. */
export type TaskRecipe = ({ readonly kind: 'TEXT' } & TextTaskRecipe) | ({ readonly kind: 'IMAGE' } & ImageTaskRecipe);

/** Makes a task of files. */
export interface TaskImportWork {
  readonly kind: 'TASK_IMPORT';
  readonly recipe: TaskRecipe;
  readonly outputPath: string;
}

/** What of a task's file goes into its row. */
export interface TaskFacts {
  readonly kind: 'IMAGE' | 'TEXT';
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly metric: MetricName;
  readonly answer: AnswerForm;
  readonly fields: readonly string[];
  readonly prompts: readonly Prompt[];
  readonly classes: readonly string[];
  readonly licence: string;
  readonly source: string;
  readonly counts: Readonly<Record<Split, number>>;
}

export interface TaskImportResult {
  readonly kind: 'TASK_IMPORT';
  readonly path: string;
  readonly digest: string;
  readonly byteLength: number;
  /** Examples that were left out, since a later split has them too. */
  readonly dropped: number;
  readonly task: TaskFacts;
}
