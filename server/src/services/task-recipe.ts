import { GLUE_TASKS, type AnswerForm, type Prompt, type Split } from '@crucible/engine/tasks';
import type { ImageFiles, SplitSource, SplitSources, TableFiles } from '@crucible/engine/datasets';
import type { MetricName } from '@crucible/engine/metrics';
import type { ResampleFilter } from '@crucible/engine/images';
import type { TaskRecipe } from '../compute/task-import-protocol.js';
import { InvalidOptions } from './problems.js';

/** What a client says of a task to make, with nothing left to enums of the API. */
export interface TaskDescription {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description: string;
  readonly licence: string;
  readonly source: string;
  readonly metric?: string | undefined;
  readonly text?: TextDescription | undefined;
  readonly image?: ImageDescription | undefined;
  readonly train?: SplitDescription | undefined;
  readonly validation: SplitDescription;
  readonly test: SplitDescription;
  readonly duplicates: 'REFUSE' | 'DROP';
}

export interface TextDescription {
  readonly glue?: string | undefined;
  readonly fields?: readonly { readonly name: string; readonly column?: string | undefined }[] | undefined;
  readonly answer?: AnswerForm | undefined;
  readonly answerColumn: string;
  readonly classes?: readonly string[] | undefined;
  readonly prompts?:
    | readonly {
        readonly name: string;
        readonly input: string;
        readonly labelWords?: readonly string[] | undefined;
        readonly decimals?: number | undefined;
      }[]
    | undefined;
}

export interface ImageDescription {
  readonly imageColumn: string;
  readonly labelColumn: string;
  readonly classes?: readonly string[] | undefined;
  readonly size?: number | undefined;
  readonly filter: string;
  readonly colour: boolean;
}

export interface SplitDescription {
  readonly table?: TableFiles | undefined;
  readonly imageFolder?: string | undefined;
  readonly idx?: { readonly images: string; readonly labels: string } | undefined;
  readonly carve?: { readonly from: string; readonly examples: number; readonly seed: number } | undefined;
}

/** Fills in what was left out, and refuses what contradicts itself. */
export function toRecipe(input: TaskDescription): TaskRecipe | InvalidOptions {
  const { text, image } = input;
  if ((text === undefined) === (image === undefined)) {
    return refuse('TASK_KIND_UNCLEAR', 'Give exactly one of text and image.', ['text']);
  }
  return text === undefined ? toImageRecipe(input, image!) : toTextRecipe(input, text);
}

const METRIC_OF: Readonly<Record<AnswerForm, MetricName>> = {
  CLASS: 'accuracy',
  NUMBER: 'spearman',
  TEXT: 'exact_match',
};

function toTextRecipe(input: TaskDescription, text: TextDescription): TaskRecipe | InvalidOptions {
  const glue = text.glue === undefined ? undefined : GLUE_TASKS[text.glue.toLowerCase() as keyof typeof GLUE_TASKS];
  const answer = text.answer ?? glue?.answer ?? 'CLASS';
  const fields = text.fields ?? glue?.fields.map((name) => ({ name, column: undefined }));
  if (fields === undefined) return refuse('TASK_FIELDS_MISSING', 'Say which texts an example has.', ['text', 'fields']);
  const prompts = text.prompts ?? glue?.prompts ?? [];
  const splits = toSplits(input, ({ table }) => table);
  if (splits instanceof InvalidOptions) return splits;
  return {
    kind: 'TEXT',
    manifest: {
      ...manifestOf(input),
      metric: metricOf(input) ?? glue?.metric ?? METRIC_OF[answer],
      answer,
      classes: answer === 'CLASS' ? (text.classes ?? glue?.classes ?? []) : [],
      prompts: prompts.map(toPrompt),
    },
    columns: Object.fromEntries(fields.map(({ name, column }) => [name, column ?? name])),
    answerColumn: text.answerColumn,
    splits,
    duplicates: input.duplicates,
  };
}

const toPrompt = ({
  name,
  input,
  labelWords = [],
  decimals,
}: NonNullable<TextDescription['prompts']>[number]): Prompt => ({
  name,
  input,
  labelWords: [...labelWords],
  ...(decimals !== undefined && { decimals }),
});

function toImageRecipe(input: TaskDescription, image: ImageDescription): TaskRecipe | InvalidOptions {
  if (metricOf(input) !== undefined && metricOf(input) !== 'accuracy') {
    return refuse('TASK_METRIC_UNKNOWN', 'Tasks of images are scored by ACCURACY; other figures are told beside it.', [
      'metric',
    ]);
  }
  const { size } = image;
  if (size !== undefined && !(size >= 1 && size <= MOST_SIDE)) {
    return refuse('TASK_SIZE_INVALID', `The size of images is 1 to ${MOST_SIDE} pixels.`, ['image', 'size']);
  }
  const splits = toSplits(input, (split): ImageFiles | undefined => {
    if (split.table) return { kind: 'TABLE', ...split.table };
    if (split.idx) return { kind: 'IDX', ...split.idx };
    return split.imageFolder === undefined ? undefined : { kind: 'FOLDER', path: split.imageFolder };
  });
  if (splits instanceof InvalidOptions) return splits;
  return {
    kind: 'IMAGE',
    manifest: { ...manifestOf(input), metric: 'accuracy', classes: image.classes ?? [] },
    imageColumn: image.imageColumn,
    labelColumn: image.labelColumn,
    splits,
    duplicates: input.duplicates,
    size: {
      resize: size === undefined ? undefined : { kind: 'shortest', side: size },
      filter: image.filter.toLowerCase() as ResampleFilter,
      crop: size === undefined ? undefined : { height: size, width: size },
    },
    channels: image.colour ? 3 : 1,
  };
}

const MOST_SIDE = 4096;

const manifestOf = ({ name, title, description, licence, source }: TaskDescription) => ({
  name,
  title: title ?? name,
  description,
  licence,
  source,
});

const metricOf = ({ metric }: TaskDescription): MetricName | undefined =>
  metric?.toLowerCase() as MetricName | undefined;

function toSplits<Files>(
  { train, validation, test }: TaskDescription,
  filesOf: (split: SplitDescription) => Files | undefined,
): SplitSources<Files> | InvalidOptions {
  const each = (name: Split, split: SplitDescription | undefined): SplitSource<Files> | InvalidOptions => {
    if (split === undefined) return { kind: 'NONE' };
    const { carve } = split;
    if (carve)
      return { kind: 'CARVED', from: carve.from.toLowerCase() as Split, examples: carve.examples, seed: carve.seed };
    const files = filesOf(split);
    if (files !== undefined) return { kind: 'FILES', files };
    return refuse('TASK_FILES_UNFIT', 'Texts are read from tables; images from tables, folders or IDX files.', [name]);
  };
  const [forTrain, forValidation, forTest] = [each('train', train), each('validation', validation), each('test', test)];
  for (const split of [forTrain, forValidation, forTest]) if (split instanceof InvalidOptions) return split;
  return { train: forTrain, validation: forValidation, test: forTest } as SplitSources<Files>;
}

function refuse(code: string, message: string, path: readonly (string | number)[]): InvalidOptions {
  return new InvalidOptions([{ code, message, path }]);
}
