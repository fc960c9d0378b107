import type { Split } from '@crucible/engine/tasks';
import type { TensorFile } from '@crucible/engine/tensors';
import { encodePng } from './encode-png.js';
import { readLabels } from './read-labels.js';
import type { SampleLimits } from './sample-limits.js';
import type { ChooseExamples, Sample } from './sample.js';

/** Examples of a split whose examples are images, as `read-samples.ts` gives them. */
export async function readPictures(
  file: TensorFile,
  split: Split,
  choose: ChooseExamples,
  limits: SampleLimits,
): Promise<readonly Sample[]> {
  const images = `${split}.images`;
  const [examples = 0, height = 0, width = 0, channels = 1] = file.info(images).shape;
  const bytes = height * width * channels;
  const room = Math.max(1, Math.floor(limits.pixelBytes / Math.max(1, bytes)));
  const labels = await readLabels(file, split);
  const samples: Sample[] = [];
  for (const position of choose(examples, room)) {
    const pixels = await file.readRange(images, position * bytes, (position + 1) * bytes);
    const png = encodePng({ height, width, channels: channels === 3 ? 3 : 1, pixels });
    const address = `data:image/png;base64,${png.toString('base64')}`;
    samples.push({ position, answer: labels[position]!, picture: { height, width, address }, texts: {} });
  }
  return samples;
}
