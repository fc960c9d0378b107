import type { Split } from '@crucible/engine/tasks';
import { openSafetensors } from '@crucible/engine/tensors';
import { readLabels } from './read-labels.js';
import { readPictures } from './read-pictures.js';
import { readTexts } from './read-texts.js';
import type { ChooseExamples, Sample } from './sample.js';
import { sampleLimits, type SampleLimits } from './sample-limits.js';
import { spread } from './spread.js';

/**
 * Examples of a split of a task's file, with no more of the file read than they take: so many, spread evenly over it, or those at the places that are named, in
 * their order. As many as were asked for, or as there are, or as fit under the cap on pixels, but one in any case.
 */
export async function readSamples(
  path: string,
  split: Split,
  which: number | readonly number[],
  limits: SampleLimits = sampleLimits,
): Promise<readonly Sample[]> {
  const choose: ChooseExamples =
    typeof which === 'number'
      ? (examples, room) => spread(examples, Math.min(which, limits.examples, examples, room))
      : (examples, room) => which.filter((place) => place < examples).slice(0, Math.min(limits.examples, room));
  const file = await openSafetensors(path);
  try {
    return file.tensors.has(`${split}.images`)
      ? await readPictures(file, split, choose, limits)
      : await readTexts(file, split, choose, limits);
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
