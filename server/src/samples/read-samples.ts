import type { Split } from '@crucible/engine/tasks';
import { openSafetensors } from '@crucible/engine/tensors';
import { readLabels } from './read-labels.js';
import { readPictures } from './read-pictures.js';
import { readTexts } from './read-texts.js';
import type { Sample } from './sample.js';
import { sampleLimits, type SampleLimits } from './sample-limits.js';

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
