import { createUnionType, Field, InputType, Int, registerEnumType } from 'type-graphql';
import { GLUE_TASKS } from '@crucible/engine/tasks';
import { AnswerForm, ImportRun, Metric, SplitName } from '../../entities/index.js';
import { InvalidOptions, QuotaExceeded, SourceRefused } from '../../services/index.js';
import { UploadTokenInput } from './adapter-transfer.js';

export enum TableFormat {
  PARQUET = 'PARQUET',
  JSONL = 'JSONL',
  CSV = 'CSV',
  TSV = 'TSV',
}
registerEnumType(TableFormat, {
  name: 'TableFormat',
  description: 'How rows are told apart in a file.',
  valuesConfig: {
    PARQUET: { description: 'As Hugging Face data sets are stored.' },
    JSONL: { description: 'One JSON object a line.' },
    CSV: { description: 'Values separated by commas, quoted where needed; the first line names the columns.' },
    TSV: {
      description: 'Values separated by tabs, never quoted, as GLUE’s own files; the first line names the columns.',
    },
  },
});

export enum DuplicateRule {
  REFUSE = 'REFUSE',
  DROP = 'DROP',
}
registerEnumType(DuplicateRule, {
  name: 'DuplicateRule',
  description: 'What is done with an example that is in two splits.',
  valuesConfig: {
    REFUSE: { description: 'The import fails, and names it.' },
    DROP: { description: 'It stays in the latest of train, validation and test alone.' },
  },
});

export enum ResampleFilter {
  NEAREST = 'NEAREST',
  BOX = 'BOX',
  BILINEAR = 'BILINEAR',
  HAMMING = 'HAMMING',
  BICUBIC = 'BICUBIC',
  LANCZOS = 'LANCZOS',
}
registerEnumType(ResampleFilter, {
  name: 'ResampleFilter',
  description: 'How images are brought to another size: PIL’s filters, to the bit.',
  valuesConfig: {
    NEAREST: { description: 'The nearest pixel.' },
    BOX: { description: 'The mean of the pixels that become one.' },
    BILINEAR: { description: 'A triangle: what ViT’s processor uses.' },
    HAMMING: { description: 'As sharp as BICUBIC when shrinking, as cheap as BILINEAR.' },
    BICUBIC: { description: 'Keys’ cubic: what CLIP’s processor uses.' },
    LANCZOS: { description: 'A windowed sinc of three lobes.' },
  },
});

const glueNames = Object.fromEntries(Object.keys(GLUE_TASKS).map((name) => [name.toUpperCase(), name.toUpperCase()]));
registerEnumType(glueNames, {
  name: 'GlueTask',
  description: 'A task of GLUE, whose columns, classes, metric and prompts are known.',
  valuesConfig: {
    COLA: { description: 'Whether a sentence is acceptable English.' },
    MNLI: { description: 'Whether a premise entails, contradicts or leaves open a hypothesis.' },
    MRPC: { description: 'Whether two sentences of the news say the same.' },
    QNLI: { description: 'Whether a sentence answers a question.' },
    QQP: { description: 'Whether two questions ask the same.' },
    RTE: { description: 'Whether a text entails another.' },
    SST2: { description: 'Whether a sentence of a film review is positive.' },
    STSB: { description: 'How similar two sentences are, from 0 to 5.' },
  },
});

@InputType({ description: 'Files that rows are read from, one after the other.' })
export class TableFilesInput {
  @Field(() => TableFormat, { description: 'What they are.' })
  format!: TableFormat;
  @Field(() => [String], { description: 'Paths, relative to the directory of the import.' })
  paths!: string[];
}

@InputType({ description: 'Images and labels as MNIST has them, plain or packed by gzip.' })
export class IdxFilesInput {
  @Field(() => String, { description: 'Path of the images.' })
  images!: string;
  @Field(() => String, { description: 'Path of the labels.' })
  labels!: string;
}

@InputType({ description: 'Examples that are taken out of another split, at random by the seed.' })
export class CarveInput {
  @Field(() => SplitName, { description: 'The split that they leave; it is read from files.' })
  from!: SplitName;
  @Field(() => Int, { description: 'How many.' })
  examples!: number;
  @Field(() => Int, { defaultValue: 0, description: 'The same seed takes the same examples.' })
  seed: number = 0;
}

@InputType('TaskSplitInput', { description: 'Where the examples of a split come from: exactly one field.' })
export class TaskSplitInput {
  @Field(() => TableFilesInput, { nullable: true, description: 'Tables, of texts or of images.' })
  table?: TableFilesInput | null;
  @Field(() => String, {
    nullable: true,
    description: 'A folder of images, in folders that are named after their classes.',
  })
  imageFolder?: string | null;
  @Field(() => IdxFilesInput, { nullable: true, description: 'Two IDX files.' })
  idx?: IdxFilesInput | null;
  @Field(() => CarveInput, { nullable: true, description: 'Another split gives them away.' })
  carve?: CarveInput | null;
}

@InputType({ description: 'A text of an example.' })
export class TaskFieldInput {
  @Field(() => String, { description: 'What prompts call it: letters, digits and “_”.' })
  name!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The column that it is read from. Left out: the one of its name.',
  })
  column?: string | null;
}

@InputType({ description: 'One way to ask for the answer in words.' })
export class TaskPromptInput {
  @Field(() => String, { description: 'Its name, unique in the task.' })
  name!: string;
  @Field(() => String, { description: 'The text: {field} stands for a text of the example, {{ and }} for braces.' })
  input!: string;
  @Field(() => [String], { nullable: true, description: 'What stands for each class, in their order.' })
  labelWords?: string[] | null;
  @Field(() => Int, { nullable: true, description: 'Digits after the point where answers are numbers; 1 if left out.' })
  decimals?: number | null;
}

@InputType({ description: 'How texts and answers are read.' })
export class TextTaskInput {
  @Field(() => glueNames, {
    nullable: true,
    description: 'Fills in what is left out: fields, answers, classes, prompts and metric, as GLUE has them.',
  })
  glue?: string | null;
  @Field(() => [TaskFieldInput], { nullable: true, description: 'The texts of an example.' })
  fields?: TaskFieldInput[] | null;
  @Field(() => AnswerForm, { nullable: true, description: 'What answers are. Left out: classes.' })
  answer?: AnswerForm | null;
  @Field(() => String, { defaultValue: 'label', description: 'The column of the answers.' })
  answerColumn: string = 'label';
  @Field(() => [String], {
    nullable: true,
    description: 'Names of the classes, in the order of their numbers. Left out: as a parquet file names them.',
  })
  classes?: string[] | null;
  @Field(() => [TaskPromptInput], {
    nullable: true,
    description: 'Ways to ask; the first is taken where none is named.',
  })
  prompts?: TaskPromptInput[] | null;
}

@InputType({ description: 'How images are read, and the size that they are kept in.' })
export class ImageTaskInput {
  @Field(() => String, { defaultValue: 'image', description: 'Of tables: the column of the images.' })
  imageColumn: string = 'image';
  @Field(() => String, { defaultValue: 'label', description: 'Of tables: the column of the labels.' })
  labelColumn: string = 'label';
  @Field(() => [String], {
    nullable: true,
    description: 'Names of the classes. Left out: as a parquet file or the folders name them.',
  })
  classes?: string[] | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The shorter side gets this length, and the middle square is kept. Left out: images stay as they are.',
  })
  size?: number | null;
  @Field(() => ResampleFilter, {
    defaultValue: ResampleFilter.BICUBIC,
    description: 'How they are brought to the size.',
  })
  filter: ResampleFilter = ResampleFilter.BICUBIC;
  @Field(() => Boolean, { defaultValue: true, description: 'Whether they are kept in colour.' })
  colour: boolean = true;
}

@InputType('TaskSourceInput', { description: 'Where the files of a task are: exactly one field.' })
export class TaskSourceInput {
  @Field(() => String, {
    nullable: true,
    description: 'The folder that paths are relative to; itself relative to CRUCIBLE_IMPORT_ROOT.',
  })
  directory?: string | null;
  @Field(() => UploadTokenInput, { nullable: true, description: 'They were uploaded, with purpose TASK.' })
  upload?: UploadTokenInput | null;
}

@InputType({ description: 'A task to make of files.' })
export class ImportTaskInput {
  @Field(() => TaskSourceInput, { description: 'Where its files are.' })
  source!: TaskSourceInput;
  @Field(() => String, { description: 'Its name, unique: lower-case letters and digits, joined by “-” or “_”.' })
  name!: string;
  @Field(() => String, { nullable: true, description: 'Its name for people. Left out: its name.' })
  title?: string | null;
  @Field(() => String, { defaultValue: '', description: 'What its examples are.' })
  description: string = '';
  @Field(() => String, { defaultValue: '', description: 'Licence of its examples.' })
  licence: string = '';
  @Field(() => String, { defaultValue: '', description: 'Where its examples come from, for people.' })
  provenance: string = '';
  @Field(() => Metric, {
    nullable: true,
    description: 'What scores count. Left out: GLUE’s own, else ACCURACY, SPEARMAN or EXACT_MATCH by what answers are.',
  })
  metric?: Metric | null;
  @Field(() => TextTaskInput, { nullable: true, description: 'Of texts; then no images.' })
  text?: TextTaskInput | null;
  @Field(() => ImageTaskInput, { nullable: true, description: 'Of images; then no texts.' })
  image?: ImageTaskInput | null;
  @Field(() => TaskSplitInput, { nullable: true, description: 'Examples to train on. Left out: none.' })
  train?: TaskSplitInput | null;
  @Field(() => TaskSplitInput, { description: 'Examples to choose by.' })
  validation!: TaskSplitInput;
  @Field(() => TaskSplitInput, { description: 'Examples to report on.' })
  test!: TaskSplitInput;
  @Field(() => DuplicateRule, {
    defaultValue: DuplicateRule.REFUSE,
    description: 'What is done with an example that is in two splits.',
  })
  duplicates: DuplicateRule = DuplicateRule.REFUSE;
}

export const ImportTaskResult = createUnionType({
  name: 'ImportTaskResult',
  description: 'An import that was queued, or why none was.',
  types: () => [ImportRun, InvalidOptions, QuotaExceeded, SourceRefused] as const,
});
