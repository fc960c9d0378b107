import { digestModel } from '@crucible/engine/adapters';
import { scoreEmbeddings, scoreLogits } from '@crucible/engine/evaluation';
import { embedImages } from '@crucible/engine/models';
import { writeTaskHead, type Examples, type TaskManifest } from '@crucible/engine/tasks';
import type { ComputeContext } from './compute-context.js';
import { computeErrors } from './errors.js';
import { headOfNames } from './prompt-head.js';
import type { AnsweredTask, AskedModel } from './run-headless-evaluation.js';

export interface AnswerImagesOptions {
  readonly asked: AskedModel;
  readonly manifest: TaskManifest;
  readonly examples: Examples;
  /** Where a head goes that is made of the classes' names. */
  readonly headPath: string;
  readonly context: ComputeContext;
}

/**
 * Classes of images by a whole CLIP, which is told them in words and keeps that as its head for the task, or by a classifier that the model brings for as many classes. The head
 * is made without the adapter: the text tower is frozen, as in the paper.
 */
export async function answerImages({
  asked,
  manifest,
  examples,
  headPath,
  context,
}: AnswerImagesOptions): Promise<AnsweredTask> {
  const { model, weights, base, tangent, folder } = asked;
  const { signal, onProgress, backend } = context;
  const { tf } = backend;
  const classes = manifest.classes.length;
  const work = {
    tf,
    model,
    weights,
    tangent,
    images: examples,
    signal,
    onProgress: (done: number, total: number) => onProgress({ phase: 'SCORE', done, total }),
  };
  const answer = (predicted: Int32Array, loss: number): AnsweredTask => ({
    answers: { kind: 'classes', predicted, expected: examples.labels, classes },
    loss,
  });
  if (model.inputs.includes('text')) {
    const head = await headOfNames({ tf, model, weights: base, folder, classes: manifest.classes, signal });
    const { projection } = head;
    await writeTaskHead(
      headPath,
      { ...head, baseDigest: await digestModel(folder), taskName: manifest.name },
      { signal },
    );
    const { predictions, loss } = scoreEmbeddings(await embedImages(work), examples.labels, head, 'test');
    return { ...answer(predictions, loss), head: { path: headPath, classes, projection } };
  }
  const brought = model.outputs.includes('logits') ? model.widthOf('logits') : 0;
  if (brought !== classes) {
    throw computeErrors.unscorable({ model: model.family, needs: `a classifier of ${classes} classes`, got: brought });
  }
  const logits = await embedImages({ ...work, output: 'logits' });
  const { predictions, loss } = scoreLogits(logits, examples.labels, classes);
  return answer(predictions, loss);
}
