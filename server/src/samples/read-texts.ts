import type { Split } from '@crucible/engine/tasks';
import type { TensorFile } from '@crucible/engine/tensors';
import { readLabels } from './read-labels.js';
import type { SampleLimits } from './sample-limits.js';
import type { ChooseExamples, Sample } from './sample.js';

/** Examples of a split whose examples are texts, as `read-samples.ts` gives them. */
export async function readTexts(
  file: TensorFile,
  split: Split,
  choose: ChooseExamples,
  limits: SampleLimits,
): Promise<readonly Sample[]> {
  const fields = fieldsOf(file, split);
  const ends = new Map<string, Int32Array>();
  for (const field of fields) ends.set(field, await file.readInt32(`${split}.texts.${field}.ends`));
  const answerOf = await openAnswers(file, split, limits);
  const examples = ends.get(fields[0] ?? '')?.length ?? 0;
  const samples: Sample[] = [];
  for (const position of choose(examples, Number.POSITIVE_INFINITY)) {
    const texts: Record<string, string> = {};
    for (const [field, stops] of ends) {
      texts[field] = await readText(file, `${split}.texts.${field}.bytes`, stops, position, limits);
    }
    samples.push({ position, answer: await answerOf(position), picture: null, texts });
  }
  return samples;
}

/** Names of texts in the order of the file. */
function fieldsOf(file: TensorFile, split: Split): readonly string[] {
  const pattern = new RegExp(`^${split}\\.texts\\.(.+)\\.ends$`);
  return [...file.tensors.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []);
}

/** Answers are classes, numbers or texts. */
async function openAnswers(
  file: TensorFile,
  split: Split,
  limits: SampleLimits,
): Promise<(position: number) => Promise<number | string>> {
  if (file.tensors.has(`${split}.labels`)) {
    const labels = await readLabels(file, split);
    return (position) => Promise.resolve(labels[position]!);
  }
  if (file.tensors.has(`${split}.numbers`)) {
    const numbers = await file.readFloat32(`${split}.numbers`);
    return (position) => Promise.resolve(numbers[position]!);
  }
  const ends = await file.readInt32(`${split}.answers.ends`);
  return (position) => readText(file, `${split}.answers.bytes`, ends, position, limits);
}

/** One text of many; a long one is cut, at a character and not inside of one. */
async function readText(
  file: TensorFile,
  name: string,
  ends: Int32Array,
  position: number,
  { textBytes }: Pick<SampleLimits, 'textBytes'>,
): Promise<string> {
  const begin = position === 0 ? 0 : ends[position - 1]!;
  const end = ends[position]!;
  const bytes = await file.readRange(name, begin, Math.min(end, begin + textBytes));
  if (end <= begin + textBytes) return new TextDecoder().decode(bytes);
  return `${new TextDecoder().decode(bytes, { stream: true })}…`;
}
