import { openSafetensors, type Dtype, type OpenSafetensorsOptions, type TensorFile } from '../../tensors/index.js';
import { taskErrors } from '../errors.js';
import { SPLITS, type Split } from '../task.js';
import { checkCount, checkTextExamples } from './check-examples.js';
import { unpackTexts } from './packed-texts.js';
import { parseTextManifest } from './text-manifest.js';
import type { TextAnswer, TextExamples, TextTaskFile, TextTaskManifest } from './text-task.js';

/**
 * Opens a text task: its manifest and the shapes of all splits are checked once this returns; texts and answers are read and checked when asked for. Whether the
 * splits share examples is not looked at: `checkTextsDisjoint` does that, on import.
 *
 * @throws TASK_*, TENSORS_*
 */
export async function openTextTask(path: string, options: OpenSafetensorsOptions = {}): Promise<TextTaskFile> {
  const tensors = await openSafetensors(path, options);
  try {
    const text = tensors.metadata.get('crucible');
    if (text === undefined) throw taskErrors.manifestMissing({ file: path, key: 'crucible' });
    const manifest = parseTextManifest(path, text);
    const counts = readCounts(path, tensors, manifest);
    return {
      path,
      digest: await tensors.digest(),
      byteLength: tensors.byteLength,
      manifest,
      counts,
      async readSplit(split) {
        const examples = await readExamples(path, tensors, manifest, split, counts[split]);
        checkTextExamples(path, split, examples, manifest);
        return examples;
      },
      close: () => tensors.close(),
    };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

/** The stem of the tensor that holds a split's answers. */
const ANSWERS = { CLASS: ['labels', 'I32'], NUMBER: ['numbers', 'F32'], TEXT: ['answers.ends', 'I32'] } as const;

function readCounts(
  file: string,
  tensors: TensorFile,
  { fields, answer }: TextTaskManifest,
): Readonly<Record<Split, number>> {
  const expected = new Set<string>();
  const count = (split: Split): number => {
    const [name, dtype] = ANSWERS[answer];
    const n = tensors.info(`${split}.${name}`).shape[0] ?? -1;
    const check = (tensor: string, wanted: Dtype, entries?: number): void => {
      const info = tensors.info(tensor);
      expected.add(tensor);
      const fits = info.dtype === wanted && info.shape.length === 1;
      if (fits && (entries === undefined || info.shape[0] === entries)) return;
      const rule = `${tensor} must be ${wanted} [${entries ?? 'bytes'}], got ${info.dtype} [${info.shape.join(', ')}]`;
      throw taskErrors.splitInvalid({ file, split, rule });
    };
    check(`${split}.${name}`, dtype, n);
    if (answer === 'TEXT') check(`${split}.answers.bytes`, 'U8');
    for (const field of fields) {
      check(`${split}.texts.${field}.bytes`, 'U8');
      check(`${split}.texts.${field}.ends`, 'I32', n);
    }
    checkCount(file, split, n);
    return n;
  };
  const counts = { train: count('train'), validation: count('validation'), test: count('test') };
  for (const name of tensors.tensors.keys()) {
    if (expected.has(name)) continue;
    throw taskErrors.manifestInvalid({ file, rule: `the tensor ${JSON.stringify(name)} belongs to no split` });
  }
  return counts;
}

async function readExamples(
  file: string,
  tensors: TensorFile,
  { fields, answer: form }: TextTaskManifest,
  split: Split,
  count: number,
): Promise<TextExamples> {
  const readTexts = async (name: string, what: string): Promise<readonly string[]> =>
    unpackTexts(
      { file, split, what },
      { bytes: await tensors.readUint8(`${name}.bytes`), ends: await tensors.readInt32(`${name}.ends`) },
    );
  const texts = new Map<string, readonly string[]>();
  for (const field of fields) texts.set(field, await readTexts(`${split}.texts.${field}`, field));
  const readAnswer = async (): Promise<TextAnswer> => {
    if (form === 'CLASS') return { form, labels: await tensors.readInt32(`${split}.labels`) };
    if (form === 'NUMBER') return { form, numbers: await tensors.readFloat32(`${split}.numbers`) };
    return { form, texts: await readTexts(`${split}.answers`, 'the answer') };
  };
  return { count, texts, answer: await readAnswer() };
}

/** What a task's file holds, by its manifest alone; the file is closed again. */
export async function readTaskKind(path: string, options: OpenSafetensorsOptions = {}): Promise<'IMAGE' | 'TEXT'> {
  const tensors = await openSafetensors(path, options);
  try {
    return SPLITS.some((split) => tensors.tensors.has(`${split}.images`)) ? 'IMAGE' : 'TEXT';
  } finally {
    await tensors.close();
  }
}
