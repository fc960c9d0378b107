import { createHash } from 'node:crypto';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { scoreEmbeddings, type CosineHead } from '../evaluation/index.js';
import { cosineLogits, cosineLoss, extractPatches, visionLinearLayers, visionTower } from '../models/index.js';
import type { Calculus, TensorFlow, VisionModel } from '../models/index.js';
import type { Examples, Split } from '../tasks/task.js';
import { viewBytes } from '../tensors/index.js';
import type { LearningProblem, ProblemSplit } from './learning-problem.js';

export interface LabelledPatches {
  /** Rows of `extractPatches`. */
  readonly patches: Float32Array;
  readonly labels: Int32Array;
}

export interface ImageProblemOptions {
  readonly model: VisionModel;
  readonly task: { readSplit(split: Split): Promise<Examples> };
  readonly head: CosineHead;
}

/** Classification of images by CLIP's vision tower and a frozen head: mean cross-entropy of logitScale · cos(embedding, class). */
export function imageProblem({ model, task, head }: ImageProblemOptions): LearningProblem<LabelledPatches> {
  const { config, preprocessing, parameters } = model;
  const width = config.channels * config.patchSize ** 2;
  const headWeight = (tf: TensorFlow): Tensor2D =>
    tf.tensor2d(head.weight.slice(), [head.classes, head.projection], 'float32');
  const headDigest = createHash('sha256').update(viewBytes(head.weight)).update(String(head.logitScale)).digest('hex');
  return {
    parameters,
    linearLayers: visionLinearLayers(config),
    identity: { problem: 'image-cosine', config, preprocessing, head: headDigest },
    async readSplit(split): Promise<ProblemSplit<LabelledPatches>> {
      const examples = await task.readSplit(split);
      const digest = createHash('sha256').update(examples.pixels).update(viewBytes(examples.labels)).digest('hex');
      return {
        count: examples.count,
        digest,
        batch: (indices) => ({
          patches: extractPatches(config, examples, preprocessing, indices),
          labels: Int32Array.from(indices, (index) => examples.labels[index]!),
        }),
      };
    },
    forward<V>(tf: TensorFlow, calculus: Calculus<V>, { patches, labels }: LabelledPatches): V {
      const rows = calculus.constant(tf.tensor2d(patches, [patches.length / width, width], 'float32'));
      return visionTower(config, calculus, rows, labels.length);
    },
    loss(tf, embeddings, { labels }) {
      const { loss, gradientOfEmbeddings } = cosineLoss(tf, {
        embeddings,
        weight: headWeight(tf),
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
