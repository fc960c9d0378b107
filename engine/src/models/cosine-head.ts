import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './operations/host-kernel.js';

export interface CosineLossInput {
  /** `[batch, projection]`, of any length. */
  readonly embeddings: Tensor;
  /** `[classes, projection]`, of any length. */
  readonly weight: Tensor;
  readonly logitScale: number;
  readonly labels: Int32Array;
  /** Share of the target that is spread evenly over all classes. */
  readonly labelSmoothing?: number;
  /** Whether the head trains too. */
  readonly headTrains?: boolean;
}

export interface CosineLoss {
  /** Mean cross-entropy in nats, a scalar. */
  readonly loss: Tensor;
  /** `[batch, classes]` */
  readonly logits: Tensor;
  readonly gradientOfEmbeddings: Tensor;
  readonly gradientOfWeight?: Tensor;
  /** d loss / d ln(logitScale), a scalar. */
  readonly gradientOfLogScale?: Tensor;
}

/** logitScale · cos(embedding, class), `[batch, classes]`. */
export function cosineLogits(tf: TensorFlow, embeddings: Tensor, weight: Tensor, logitScale: number): Tensor {
  const classes = normalizeRows(tf, weight).unit;
  return tf.mul(
    tf.matMul(normalizeRows(tf, embeddings).unit as Tensor2D, tf.transpose(classes) as Tensor2D),
    logitScale,
  );
}

/** Mean cross-entropy of `cosineLogits` and its gradients, written out. */
export function cosineLoss(tf: TensorFlow, input: CosineLossInput): CosineLoss {
  const { embeddings, weight, logitScale, labels, labelSmoothing = 0, headTrains = false } = input;
  const [batch, classes] = [embeddings.shape[0]!, weight.shape[0]!];
  const e = normalizeRows(tf, embeddings);
  const w = normalizeRows(tf, weight);
  const cosine = tf.matMul(e.unit as Tensor2D, tf.transpose(w.unit) as Tensor2D);
  const logits = tf.mul(cosine, logitScale);

  const target = new Float32Array(batch * classes).fill(labelSmoothing / classes);
  labels.forEach((label, row) => (target[row * classes + label]! += 1 - labelSmoothing));
  const targets = tf.tensor2d(target, [batch, classes], 'float32');
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const logSums = tf.log(tf.sum(tf.exp(shifted), 1, true));
  const logProbabilities = tf.sub(shifted, logSums);
  const loss = tf.neg(tf.div(tf.sum(tf.mul(targets, logProbabilities)), batch));

  const gradient = tf.mul(tf.sub(tf.exp(logProbabilities), targets), logitScale / batch) as Tensor2D;
  const gradientOfEmbeddings = throughNorm(tf, e, tf.matMul(gradient, w.unit as Tensor2D));
  if (!headTrains) return { loss, logits, gradientOfEmbeddings };
  const gradientOfWeight = throughNorm(tf, w, tf.matMul(tf.transpose(gradient) as Tensor2D, e.unit as Tensor2D));
  return { loss, logits, gradientOfEmbeddings, gradientOfWeight, gradientOfLogScale: tf.sum(tf.mul(gradient, cosine)) };
}

export interface CosineEntropy {
  /** Mean entropy of the predictions in nats, a scalar. */
  readonly entropy: Tensor;
  /** `[batch, classes]` */
  readonly logits: Tensor;
  readonly gradientOfEmbeddings: Tensor;
}

/** Mean entropy of the softmax of `cosineLogits`, which needs no labels, and its gradient: ∂H/∂z_k = −p_k (ln p_k + H). */
export function cosineEntropy(
  tf: TensorFlow,
  { embeddings, weight, logitScale }: Pick<CosineLossInput, 'embeddings' | 'weight' | 'logitScale'>,
): CosineEntropy {
  const e = normalizeRows(tf, embeddings);
  const classes = normalizeRows(tf, weight).unit as Tensor2D;
  const logits = tf.mul(tf.matMul(e.unit as Tensor2D, tf.transpose(classes)), logitScale);
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
  const probabilities = tf.exp(logProbabilities);
  const entropies = tf.neg(tf.sum(tf.mul(probabilities, logProbabilities), 1, true));
  const ofLogits = tf.neg(tf.mul(probabilities, tf.add(logProbabilities, entropies)));
  const gradient = tf.mul(ofLogits, logitScale / embeddings.shape[0]!) as Tensor2D;
  const gradientOfEmbeddings = throughNorm(tf, e, tf.matMul(gradient, classes));
  return { entropy: tf.mean(entropies), logits, gradientOfEmbeddings };
}

interface Normalized {
  readonly unit: Tensor;
  /** `[rows, 1]` */
  readonly reciprocal: Tensor;
}

function normalizeRows(tf: TensorFlow, x: Tensor): Normalized {
  const reciprocal = tf.rsqrt(tf.sum(tf.square(x), 1, true));
  return { unit: tf.mul(x, reciprocal), reciprocal };
}

/** The gradient of x, given that of x / |x|: what is along x falls away. */
function throughNorm(tf: TensorFlow, { unit, reciprocal }: Normalized, gradient: Tensor): Tensor {
  const along = tf.sum(tf.mul(gradient, unit), 1, true);
  return tf.mul(tf.sub(gradient, tf.mul(unit, along)), reciprocal);
}
