import { scoreEmbeddings } from '@crucible/engine/evaluation';
import type { TaskHead } from '@crucible/engine/tasks';

/** Temperatures to choose from. */
const SCALES = [5, 10, 15, 20, 30, 50];

/**
 * The head of a task, the stand-in for CLIP's text tower: per class the mean of the base's unit embeddings of clean training images, made unit; the scale that
 * gives these images the least cross-entropy. Nothing of it is trained, and no scan, validation or test image has a part in it.
 *
 * @param embeddings `[n, projection]`
 */
export function makeHead(
  taskName: string,
  baseDigest: string,
  embeddings: Float32Array,
  labels: Int32Array,
  classes: number,
  projection: number,
): TaskHead {
  const sums = new Float64Array(classes * projection);
  for (const [i, label] of labels.entries()) {
    const row = embeddings.subarray(i * projection, (i + 1) * projection);
    const length = Math.hypot(...row);
    for (const [d, value] of row.entries()) sums[label * projection + d]! += value / length;
  }
  const weight = new Float32Array(classes * projection);
  for (let c = 0; c < classes; c += 1) {
    const row = sums.subarray(c * projection, (c + 1) * projection);
    const length = Math.hypot(...row);
    for (const [d, value] of row.entries()) weight[c * projection + d] = value / length;
  }
  const losses = SCALES.map(
    (logitScale) => scoreEmbeddings(embeddings, labels, { weight, classes, projection, logitScale }, 'train').loss,
  );
  const logitScale = SCALES[losses.indexOf(Math.min(...losses))]!;
  return { baseDigest, taskName, weight, classes, projection, logitScale };
}
