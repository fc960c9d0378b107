import type { Split } from '@crucible/engine/tasks';
import { openSafetensors, type TensorFile } from '@crucible/engine/tensors';
import { encodePng } from './encode-png.js';
import { sampleLimits, type SampleLimits } from './sample-limits.js';

export interface Sample {
  /** Its place in the split, from 0. */
  readonly position: number;
  readonly label: number;
  readonly height: number;
  readonly width: number;
  /** As a PNG in a `data:` address. */
  readonly image: string;
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
    const images = `${split}.images`;
    const [examples = 0, height = 0, width = 0, channels = 1] = file.info(images).shape;
    const bytes = height * width * channels;
    const room = Math.max(1, Math.floor(limits.pixelBytes / Math.max(1, bytes)));
    const shown = Math.min(count, examples, room, limits.examples);
    const labels = await readLabels(file, split);
    const samples: Sample[] = [];
    for (const position of spread(examples, shown)) {
      const pixels = await file.readRange(images, position * bytes, (position + 1) * bytes);
      const png = encodePng({ height, width, channels: channels === 3 ? 3 : 1, pixels });
      samples.push({
        position,
        label: labels[position]!,
        height,
        width,
        image: `data:image/png;base64,${png.toString('base64')}`,
      });
    }
    return samples;
  } finally {
    await file.close();
  }
}

/** How many examples of a split each class has. */
export async function countClasses(path: string, split: Split, classes: number): Promise<readonly number[]> {
  const file = await openSafetensors(path);
  try {
    const counts = Array.from({ length: classes }, () => 0);
    for (const label of await readLabels(file, split)) counts[label]! += 1;
    return counts;
  } finally {
    await file.close();
  }
}

/** Labels are U8 or I32. */
async function readLabels(file: TensorFile, split: Split): Promise<Uint8Array | Int32Array> {
  const name = `${split}.labels`;
  return file.info(name).dtype === 'U8' ? await file.readUint8(name) : await file.readInt32(name);
}

/** `count` of the numbers below `examples`, at even distances. */
export const spread = (examples: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Math.floor((index * examples) / count));
