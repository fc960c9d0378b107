import { evaluationErrors, type CosineHead } from '../evaluation/index.js';
import { extractPatches, type Calculus, type ImageEncoder, type TensorFlow } from '../models/index.js';
import type { Examples } from '../tasks/index.js';

/** What a model said about some examples in a row. */
export interface Answers {
  /** Predicted class of each; of equal logits the first. */
  readonly predictions: Int32Array;
  /** −ln p(label) of each, in nats. */
  readonly losses: Float64Array;
  /** 1 where the prediction is the label. */
  readonly outcomes: Uint8Array;
}

/**
 * A task as analyses see it: examples that a model is run on, and what its output says about each. Which model, and with which weights, is the
 * interpretation's matter, so that one forward pass serves values, tangents and whatever else an interpretation makes of it.
 */
export interface Subject {
  readonly name: string;
  readonly count: number;
  /** The model's output for examples `begin` … `begin + count`, `[count, width]`; to be called within `tf.tidy`. */
  forward<V>(calculus: Calculus<V>, begin: number, count: number): V;
  /** In float64, from the rows of one `forward`. */
  answer(outputs: Float32Array, begin: number): Answers;
}

export interface ImageSubjectOptions {
  readonly tf: TensorFlow;
  /** Of whatever family that reads images. */
  readonly encoder: ImageEncoder;
  readonly name: string;
  readonly examples: Examples;
  readonly head: CosineHead;
}

/** Images, a model that embeds them, and a frozen cosine head. @throws evaluationErrors, modelErrors.imagesMismatched */
export function imageSubject({ tf, encoder, name, examples, head }: ImageSubjectOptions): Subject {
  const { geometry, preprocessing, projectionSize, patchColumns: width } = encoder;
  const { classes, projection, logitScale } = head;
  if (projection !== projectionSize) {
    throw evaluationErrors.headMismatched({ got: projection, expected: projectionSize });
  }
  const wrong = examples.labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) throw evaluationErrors.labelInvalid({ example: wrong, got: examples.labels[wrong]!, classes });
  const prototypes = unitRows(head.weight, classes, projection);
  // The same batch is asked for at every point of a grid.
  let kept: { readonly begin: number; readonly count: number; readonly patches: Float32Array } | undefined;
  return {
    name,
    count: examples.count,
    forward(calculus, begin, count) {
      if (kept?.begin !== begin || kept.count !== count) {
        const rows = Uint32Array.from({ length: count }, (_, i) => begin + i);
        kept = { begin, count, patches: extractPatches(geometry, examples, preprocessing, rows) };
      }
      const { patches } = kept;
      // A copy: the plain JS backend would keep and so alias what is kept here.
      const input = tf.tensor2d(patches.slice(), [patches.length / width, width], 'float32');
      return encoder.embed(calculus, calculus.constant(input), count);
    },
    answer(outputs, begin) {
      const rows = outputs.length / projection;
      const answers = {
        predictions: new Int32Array(rows),
        losses: new Float64Array(rows),
        outcomes: new Uint8Array(rows),
      };
      const logits = new Float64Array(classes);
      for (let i = 0; i < rows; i += 1) {
        let squares = 0;
        for (let d = 0; d < projection; d += 1) squares += outputs[i * projection + d]! ** 2;
        const factor = squares > 0 ? logitScale / Math.sqrt(squares) : 0;
        let best = 0;
        for (let c = 0; c < classes; c += 1) {
          let dot = 0;
          for (let d = 0; d < projection; d += 1) dot += outputs[i * projection + d]! * prototypes[c * projection + d]!;
          logits[c] = dot * factor;
          if (logits[c]! > logits[best]!) best = c;
        }
        let total = 0;
        for (let c = 0; c < classes; c += 1) total += Math.exp(logits[c]! - logits[best]!);
        const label = examples.labels[begin + i]!;
        answers.predictions[i] = best;
        answers.losses[i] = logits[best]! + Math.log(total) - logits[label]!;
        answers.outcomes[i] = best === label ? 1 : 0;
      }
      return answers;
    },
  };
}

function unitRows(values: Float32Array, rows: number, width: number): Float64Array {
  const unit = Float64Array.from(values);
  for (let row = 0; row < rows; row += 1) {
    let squares = 0;
    for (let d = 0; d < width; d += 1) squares += unit[row * width + d]! ** 2;
    const length = squares > 0 ? Math.sqrt(squares) : 1;
    for (let d = 0; d < width; d += 1) unit[row * width + d]! /= length;
  }
  return unit;
}
