import { viewBytes, writeSafetensors, type TensorToWrite } from '../../tensors/index.js';
import { SPLITS, type Split } from '../task.js';
import type { WrittenTask } from '../write-task.js';
import { checkTextExamples } from './check-examples.js';
import { checkTextSplitsDisjoint } from './check-texts-disjoint.js';
import { packTexts } from './packed-texts.js';
import { formatTextManifest } from './text-manifest.js';
import type { TextExamples, TextTaskManifest } from './text-task.js';

/**
 * Writes a text task. Refuses answers that are not of the task's form, prompts that name no field, and splits that share an example; a file that
 * `writeTextTask` wrote passes `openTextTask` and `checkTextsDisjoint`. The same task gives the same bytes.
 *
 * @throws TASK_*
 */
export async function writeTextTask(
  path: string,
  manifest: TextTaskManifest,
  splits: Readonly<Record<Split, TextExamples>>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<WrittenTask> {
  const crucible = formatTextManifest(path, manifest);
  for (const split of SPLITS) checkTextExamples(path, split, splits[split], manifest);
  checkTextSplitsDisjoint(path, splits);
  const written = await writeSafetensors(path, {
    metadata: { format: 'pt', crucible },
    tensors: SPLITS.flatMap((split) => toTensors(path, split, splits[split])),
    ...options,
  });
  return { digest: written.sha256, byteLength: written.byteLength };
}

function toTensors(file: string, split: Split, { count, texts, answer }: TextExamples): readonly TensorToWrite[] {
  const pack = (name: string, what: string, values: readonly string[]): readonly TensorToWrite[] => {
    const { bytes, ends } = packTexts({ file, split, what }, values);
    return [
      { name: `${name}.bytes`, dtype: 'U8', shape: [bytes.length], read: () => bytes },
      { name: `${name}.ends`, dtype: 'I32', shape: [count], read: () => viewBytes(ends) },
    ];
  };
  const fields = [...texts].flatMap(([field, values]) => pack(`${split}.texts.${field}`, field, values));
  if (answer.form === 'TEXT') return [...fields, ...pack(`${split}.answers`, 'the answer', answer.texts)];
  if (answer.form === 'NUMBER') {
    const { numbers } = answer;
    return [...fields, { name: `${split}.numbers`, dtype: 'F32', shape: [count], read: () => viewBytes(numbers) }];
  }
  const { labels } = answer;
  return [...fields, { name: `${split}.labels`, dtype: 'I32', shape: [count], read: () => viewBytes(labels) }];
}
