import { createHash } from 'node:crypto';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { scoreEmbeddings, type CosineHead } from '../evaluation/index.js';
import {
  cosineLogits,
  cosineLoss,
  extractPatches,
  modelErrors,
  RAW_PREPROCESSING,
  visionAsModel,
  type Model,
  type TensorFlow,
  type VisionModel,
} from '../models/index.js';
import type { Examples, Split } from '../tasks/task.js';
import { viewBytes } from '../tensors/index.js';
import { checkLabels, classObjective } from './class-objective.js';
import type { LearningProblem, ProblemSplit } from './learning-problem.js';
import { modelProblem } from './model-problem.js';

export interface LabelledPatches {
  /** Rows of `extractPatches`. */
  readonly patches: Float32Array;
  readonly labels: Int32Array;
}

export interface ImageProblemOptions {
  /** Any model that reads images. */
  readonly model: VisionModel | Model;
  readonly task: { readSplit(split: Split): Promise<Examples> };
  /** A frozen head over the model's embeddings; without it the model has a classifier of its own. */
  readonly head?: CosineHead;
}

/** Classification of images: mean cross-entropy of logitScale · cos(embedding, class), or of the model's own logits. */
export function imageProblem({ model: given, task, head }: ImageProblemOptions): LearningProblem<LabelledPatches> {
  const model = 'forward' in given ? given : visionAsModel(given);
  const { family, imageGeometry: geometry, preprocessing = RAW_PREPROCESSING } = model;
  if (geometry === undefined) throw modelErrors.inputMissing({ family, input: 'text, not images' });
  const width = geometry.channels * geometry.patchSize ** 2;
  const output = head === undefined ? 'logits' : 'embedding';
  const part = modelProblem<LabelledPatches>({
    model,
    output,
    input(tf, calculus, { patches, labels }) {
      const rows = tf.tensor2d(patches, [patches.length / width, width], 'float32');
      return { images: { batch: labels.length, patches: calculus.constant(rows) } };
    },
  });
  const classes = head?.classes ?? model.widthOf('logits');
  return {
    ...part,
    ...(head === undefined ? classObjective<LabelledPatches>() : cosineObjective(head)),
    identity: { ...part.identity, preprocessing, head: head === undefined ? null : digestHead(head) },
    async readSplit(split): Promise<ProblemSplit<LabelledPatches>> {
      const examples = await task.readSplit(split);
      checkLabels(examples.labels, classes);
      const digest = createHash('sha256').update(examples.pixels).update(viewBytes(examples.labels)).digest('hex');
      return {
        count: examples.count,
        digest,
        batch: (indices) => ({
          patches: extractPatches(geometry, examples, preprocessing, indices),
          labels: Int32Array.from(indices, (index) => examples.labels[index]!),
        }),
      };
    },
  };
}

const digestHead = ({ weight, logitScale }: CosineHead): string =>
  createHash('sha256').update(viewBytes(weight)).update(String(logitScale)).digest('hex');

type CosineObjective = Pick<LearningProblem<LabelledPatches>, 'loss' | 'logits' | 'scoreSum'>;

function cosineObjective(head: CosineHead): CosineObjective {
  const headWeight = (tf: TensorFlow): Tensor2D =>
    tf.tensor2d(head.weight.slice(), [head.classes, head.projection], 'float32');
  return {
    loss(tf, embeddings, { labels }) {
      const weight = headWeight(tf);
      const { loss, gradientOfEmbeddings } = cosineLoss(tf, {
        embeddings,
        weight,
        logitScale: head.logitScale,
        labels,
      });
      return { loss, gradient: gradientOfEmbeddings };
    },
    logits(tf, embeddings) {
      const reciprocal = tf.rsqrt(tf.sum(tf.square(embeddings), 1, true));
      const unit = tf.mul(embeddings, reciprocal);
      const weight = headWeight(tf);
      const classes = tf.mul(weight, tf.rsqrt(tf.sum(tf.square(weight), 1, true))) as Tensor2D;
      return {
        logits: cosineLogits(tf, embeddings, weight, head.logitScale),
        back(gradient) {
          const ofUnit = tf.mul(tf.matMul(gradient as Tensor2D, classes), head.logitScale);
          // What is along the embedding falls away: its length does not matter to a cosine.
          const along = tf.sum(tf.mul(ofUnit, unit), 1, true);
          return tf.mul(tf.sub(ofUnit, tf.mul(unit, along)), reciprocal);
        },
      };
    },
    scoreSum({ count }) {
      const embeddings = new Float32Array(count * head.projection);
      const labels = new Int32Array(count);
      let done = 0;
      return {
        add(output, batch) {
          embeddings.set(output, done * head.projection);
          labels.set(batch.labels, done);
          done += batch.labels.length;
        },
        finish() {
          const { loss, accuracy } = scoreEmbeddings(embeddings, labels, head, 'validation');
          return { loss, accuracy };
        },
      };
    },
  };
}
