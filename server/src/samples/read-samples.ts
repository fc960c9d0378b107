import type { Split } from '@crucible/engine/tasks';
import { openSafetensors, type TensorFile } from '@crucible/engine/tensors';
import { encodePng } from './encode-png.js';
import { readTexts } from './read-texts.js';
import { sampleLimits, type SampleLimits } from './sample-limits.js';

export interface SamplePicture {
  readonly height: number;
  readonly width: number;
  /** As a PNG in a `data:` address. */
  readonly address: string;
}

export interface Sample {
  /** Its place in the split, from 0. */
  readonly position: number;
  /** What was expected: the number of a class, another number, or a text. */
  readonly answer: number | string;
  /** Null where examples are texts. */
  readonly picture: SamplePicture | null;
  /** Texts by their names; none where examples are pictures. */
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * Examples of a split of a task's file, spread evenly over it, with no more of the file read than they take. As many as were asked for, or as there are, or
 * as fit under the cap on pixels, but one in any case.
 */
export async function readSamples(
  path: string,
  split: Split,
  count: number,
  limits: SampleLimits = sampleLimits,
): Promise<readonly Sample[]> {
  const file = await openSafetensors(path);
  try {
    return file.tensors.has(`${split}.images`)
      ? await readPictures(file, split, Math.min(count, limits.examples), limits)
      : await readTexts(file, split, Math.min(count, limits.examples), limits);
  } finally {
    await file.close();
  }
}

/** How many examples of a split each class has; none where answers are no classes. */
export async function countClasses(path: string, split: Split, classes: number): Promise<readonly number[]> {
  const file = await openSafetensors(path);
  try {
    if (!file.tensors.has(`${split}.labels`)) return [];
    const counts = Array.from({ length: classes }, () => 0);
    for (const label of await readLabels(file, split)) counts[label]! += 1;
    return counts;
  } finally {
    await file.close();
  }
}

async function readPictures(
  file: TensorFile,
  split: Split,
  count: number,
  limits: SampleLimits,
): Promise<readonly Sample[]> {
  const images = `${split}.images`;
  const [examples = 0, height = 0, width = 0, channels = 1] = file.info(images).shape;
  const bytes = height * width * channels;
  const room = Math.max(1, Math.floor(limits.pixelBytes / Math.max(1, bytes)));
  const labels = await readLabels(file, split);
  const samples: Sample[] = [];
  for (const position of spread(examples, Math.min(count, examples, room))) {
    const pixels = await file.readRange(images, position * bytes, (position + 1) * bytes);
    const png = encodePng({ height, width, channels: channels === 3 ? 3 : 1, pixels });
    const address = `data:image/png;base64,${png.toString('base64')}`;
    samples.push({ position, answer: labels[position]!, picture: { height, width, address }, texts: {} });
  }
  return samples;
}

/** Labels are U8 or I32. */
export async function readLabels(file: TensorFile, split: Split): Promise<Uint8Array | Int32Array> {
  const name = `${split}.labels`;
  return file.info(name).dtype === 'U8' ? await file.readUint8(name) : await file.readInt32(name);
}

/** `count` of the numbers below `examples`, at even distances. */
export const spread = (examples: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Math.floor((index * examples) / count));
