import type { MetricName } from '../../metrics/index.js';
import type { Split } from '../task.js';

/**
 * A text task is examples of named texts with an answer each, in three splits that share no example, prompts that turn them into one text, and a metric.
 *
 * On disk it is one safetensors file, as an image task is: for every field `<split>.texts.<field>.bytes` (U8, UTF-8, one text after the other) and
 * `<split>.texts.<field>.ends` (I32 `[n]`, where each ends); the answers in `<split>.labels` (I32 `[n]`), `<split>.numbers` (F32 `[n]`) or
 * `<split>.answers.bytes` with `.ends`. Its `__metadata__` holds `crucible`: the JSON of a `TextTaskManifest`.
 */
export interface TextTaskManifest {
  readonly version: 1;
  readonly kind: 'TEXT_TASK';
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly metric: MetricName;
  readonly answer: AnswerForm;
  /** Names of the texts of an example, such as `sentence1` and `sentence2`. */
  readonly fields: readonly string[];
  /** Names of the classes in the order of their labels; empty unless answers are classes. */
  readonly classes: readonly string[];
  readonly prompts: readonly Prompt[];
  readonly licence: string;
  readonly source: string;
}

/** CLASS: one of the classes. NUMBER: a number. TEXT: a text, to be generated or found likely. */
export const ANSWER_FORMS = ['CLASS', 'NUMBER', 'TEXT'] as const;
export type AnswerForm = (typeof ANSWER_FORMS)[number];

/** One way to ask for the answer in words. */
export interface Prompt {
  readonly name: string;
  /** `{field}` stands for a text of the example, `{{` and `}}` for braces. */
  readonly input: string;
  /** What stands for each class, in their order; empty unless answers are classes. */
  readonly labelWords: readonly string[];
  /** Digits after the point of a number; absent unless answers are numbers. */
  readonly decimals?: number;
}

export type TextAnswer =
  | { readonly form: 'CLASS'; readonly labels: Int32Array }
  | { readonly form: 'NUMBER'; readonly numbers: Float32Array }
  | { readonly form: 'TEXT'; readonly texts: readonly string[] };

export interface TextExamples {
  readonly count: number;
  /** Texts by field, in the order of the manifest's fields. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly answer: TextAnswer;
}

export interface TextTaskFile {
  readonly path: string;
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
  readonly byteLength: number;
  readonly manifest: TextTaskManifest;
  readonly counts: Readonly<Record<Split, number>>;
  /** All examples of a split; texts are checked to be UTF-8, labels to name classes. */
  readSplit(split: Split): Promise<TextExamples>;
  close(): Promise<void>;
}
