import { SPLITS, type Split } from '../task.js';
import type { WrittenTask } from '../write-task.js';
import { hashExample } from '../text/hash-example.js';
import type { AnswerForm, TextAnswer, TextExamples, TextTaskManifest } from '../text/text-task.js';
import { writeTextTask } from '../text/write-text-task.js';
import { datasetErrors } from './errors.js';
import { datasetLimits } from './limits.js';
import { createLabelReader, readFinite, readText } from './read-cell.js';
import { findClassNames, readTable, type TableFiles } from './read-table.js';
import { resolveSplits, type DuplicateRule, type SplitSources } from './resolve-splits.js';

/** How a text task is made of files. */
export interface TextTaskRecipe {
  /** Classes may be left out where a parquet file names them. */
  readonly manifest: Omit<TextTaskManifest, 'version' | 'kind' | 'fields'>;
  /** Which column each field of an example is read from. */
  readonly columns: Readonly<Record<string, string>>;
  readonly answerColumn: string;
  readonly splits: SplitSources<TableFiles>;
  readonly duplicates: DuplicateRule;
}

export interface ImportOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the rows that were read. */
  readonly onProgress?: ((rows: number) => void) | undefined;
}

export interface ImportedTask extends WrittenTask {
  /** Examples that were left out, since a later split has them too. */
  readonly dropped: number;
}

/**
 * Makes a text task of tables. The same files and recipe give the same bytes.
 *
 * @throws DATASET_*, TASK_*
 */
export async function importTextTask(
  path: string,
  { manifest, columns, answerColumn, splits, duplicates }: TextTaskRecipe,
  { signal, onProgress }: ImportOptions = {},
): Promise<ImportedTask> {
  const fields = Object.keys(columns);
  const classes = await classesOf(manifest, answerColumn, splits);
  const collected: Partial<Record<Split, TextExamples>> = {};
  const hashes: Partial<Record<Split, readonly string[]>> = {};
  let rows = 0;
  for (const split of SPLITS) {
    const source = splits[split];
    if (source.kind !== 'FILES') continue;
    const collector = createCollector(manifest.answer, classes, fields);
    const wanted = [...new Set([...Object.values(columns), answerColumn])];
    for await (const row of readTable(source.files, wanted, { signal })) {
      rows += 1;
      if (collector.count >= datasetLimits.rows) {
        const limit = datasetLimits.rows;
        throw datasetErrors.tooLarge({ file: row.file, what: `rows in split ${split}`, got: limit + 1, limit });
      }
      collector.add(
        fields.map((field) => readText(row, columns[field]!)),
        () => collector.read(row, answerColumn),
      );
      if (rows % PROGRESS_ROWS === 0) onProgress?.(rows);
    }
    const examples = collector.finish();
    collected[split] = examples.examples;
    hashes[split] = examples.hashes;
  }
  onProgress?.(rows);
  const { positions, dropped } = resolveSplits(splits, hashes, duplicates);
  const pick = (split: Split): TextExamples => {
    const { from, at } = positions[split];
    return pickTextExamples(collected[from] ?? createCollector(manifest.answer, classes, fields).finish().examples, at);
  };
  const written = await writeTextTask(
    path,
    { ...manifest, version: 1, kind: 'TEXT_TASK', fields, classes },
    { train: pick('train'), validation: pick('validation'), test: pick('test') },
    signal && { signal },
  );
  return { ...written, dropped };
}

const PROGRESS_ROWS = 1000;

/** Classes as declared; where none are, as the first parquet file of any split names them. */
async function classesOf(
  { answer, classes }: TextTaskRecipe['manifest'],
  column: string,
  splits: TextTaskRecipe['splits'],
): Promise<readonly string[]> {
  if (answer !== 'CLASS' || classes.length > 0) return classes;
  for (const split of SPLITS) {
    const source = splits[split];
    const found = source.kind === 'FILES' ? await findClassNames(source.files, column) : undefined;
    if (found !== undefined) return found;
  }
  return classes;
}

function createCollector(form: AnswerForm, classes: readonly string[], fields: readonly string[]) {
  const texts = fields.map((): string[] => []);
  const hashes: string[] = [];
  const numbers: number[] = [];
  const answers: string[] = [];
  const readLabel = createLabelReader(classes);
  return {
    get count(): number {
      return hashes.length;
    },
    add(values: readonly string[], readAnswer: () => void): void {
      readAnswer();
      values.forEach((value, i) => texts[i]!.push(value));
      hashes.push(hashExample(values));
    },
    read(row: Parameters<typeof readText>[0], column: string): void {
      if (form === 'CLASS') numbers.push(readLabel(row, column));
      else if (form === 'NUMBER') numbers.push(readFinite(row, column));
      else answers.push(readText(row, column));
    },
    finish(): { readonly examples: TextExamples; readonly hashes: readonly string[] } {
      const answer: TextAnswer =
        form === 'CLASS'
          ? { form, labels: Int32Array.from(numbers) }
          : form === 'NUMBER'
            ? { form, numbers: Float32Array.from(numbers) }
            : { form, texts: answers };
      const byField = new Map(fields.map((field, i) => [field, texts[i]!]));
      return { examples: { count: hashes.length, texts: byField, answer }, hashes };
    },
  };
}

/** The examples at `positions`, in that order. */
export function pickTextExamples({ texts, answer }: TextExamples, positions: ArrayLike<number>): TextExamples {
  const at = Array.from(positions);
  const pickAnswer = (): TextAnswer => {
    if (answer.form === 'CLASS') return { ...answer, labels: Int32Array.from(at, (i) => answer.labels[i]!) };
    if (answer.form === 'NUMBER') return { ...answer, numbers: Float32Array.from(at, (i) => answer.numbers[i]!) };
    return { ...answer, texts: at.map((i) => answer.texts[i]!) };
  };
  return {
    count: at.length,
    texts: new Map(Array.from(texts, ([field, values]) => [field, at.map((i) => values[i]!)])),
    answer: pickAnswer(),
  };
}
