import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Examples } from '../tasks/task.js';
import {
  cosineEntropy,
  cosineLoss,
  createTape,
  extractPatches,
  imageEncoder,
  modelErrors,
  type ImageModel,
  type LowRankTerm,
  type TensorFlow,
  type WeightSource,
} from '../models/index.js';
import { evaluationErrors } from './errors.js';
import type { CosineHead } from './score-embeddings.js';

/** One adapter's part of a module: ΔW_i = scale · B A. */
export interface CoefficientPart {
  /** Position of the adapter: which of a group's coefficients is its factor. */
  readonly position: number;
  readonly rank: number;
  readonly scale: number;
  /** `[rank, in]` */
  readonly a: Float32Array;
  /** `[out, rank]` */
  readonly b: Float32Array;
}

export interface CoefficientModule {
  /** Modules of one group share their coefficients. */
  readonly group: number;
  /** One or more; an adapter that lacks the module has none. */
  readonly parts: readonly CoefficientPart[];
}

/** Examples of one task; the gradient does not look at the labels where the loss is ENTROPY. */
export interface CoefficientBatch {
  readonly examples: Examples;
  readonly head: CosineHead;
}

/** `CROSS_ENTROPY` of the labels, or `ENTROPY` of the predictions. */
export type CoefficientLoss = 'CROSS_ENTROPY' | 'ENTROPY';

export interface CoefficientGradient {
  /** In nats, mean over all examples of all batches. */
  readonly loss: number;
  readonly correct: number;
  readonly examples: number;
  /** ∂ loss / ∂ c, group by group: `[groupCount · adapterCount]`. */
  readonly gradient: readonly number[];
}

export interface CoefficientModel {
  differentiate(
    coefficients: readonly number[],
    batches: readonly CoefficientBatch[],
    loss: CoefficientLoss,
  ): Promise<CoefficientGradient>;
  dispose(): void;
}

export interface CoefficientModelOptions {
  readonly tf: TensorFlow;
  readonly model: ImageModel;
  /** The base's weights on the backend; stay the caller's. */
  readonly weights: WeightSource;
  readonly modules: ReadonlyMap<string, CoefficientModule>;
  readonly adapterCount: number;
  readonly groupCount?: number;
}

interface HeldModule {
  readonly group: number;
  /** All A on top of each other, `[R, in]`. */
  readonly a: Tensor;
  /** All scale·B side by side, `[out, R]`. */
  readonly b: Tensor;
  /** Whose each of the R columns is. */
  readonly owners: readonly number[];
}

/**
 * The base with ΔW = Σ c_i ΔW_i in each module, and the slope of a loss in every c_i, by one reverse pass through the tower per call whatever the number of
 * adapters and groups: with B = [c_1 s_1 B_1 … c_n s_n B_n] and A = [A_1; …; A_n] the gradient of c_i is the inner product of s_i B_i with its own columns of
 * ∂L/∂B. Float32 on the backend, summed in float64.
 *
 * @throws evaluationErrors, modelErrors
 */
export function createCoefficientModel(options: CoefficientModelOptions): CoefficientModel {
  const { tf, model, weights, adapterCount, groupCount = 1 } = options;
  const { geometry, preprocessing, projectionSize, patchColumns, embed, resolve } = imageEncoder(model);
  const held = new Map<string, HeldModule>();
  const dispose = (): void => {
    for (const { a, b } of held.values()) tf.dispose([a, b]);
    held.clear();
  };
  try {
    for (const [name, module] of resolve(options.modules)) held.set(name, holdModule(tf, weights, name, module));
  } catch (error) {
    dispose();
    throw error;
  }

  const termsOf = (coefficients: readonly number[]): ReadonlyMap<string, readonly LowRankTerm[]> => {
    const terms = new Map<string, readonly LowRankTerm[]>();
    for (const [name, { group, a, b, owners }] of held) {
      const factors = owners.map((position) => coefficients[group * adapterCount + position]!);
      const scaled = tf.mul(b, tf.tensor2d(Float32Array.from(factors), [1, factors.length], 'float32'));
      terms.set(name, [{ a, b: scaled, scale: 1, gradientOfB: name }]);
    }
    return terms;
  };

  return {
    async differentiate(coefficients, batches, loss) {
      const expected = groupCount * adapterCount;
      const finite = coefficients.filter(Number.isFinite).length;
      if (finite !== expected || coefficients.length !== expected) {
        throw evaluationErrors.coefficientsInvalid({ got: finite, expected });
      }
      const used = batches.filter(({ examples }) => examples.count > 0);
      const total = used.reduce((sum, { examples }) => sum + examples.count, 0);
      if (total === 0) throw evaluationErrors.batchEmpty({});
      checkBatches(used, projectionSize);
      const patches = joinPatches(used.map(({ examples }) => extractPatches(geometry, examples, preprocessing)));
      const made = tf.tidy(() => {
        const tape = createTape(tf, weights, { terms: termsOf(coefficients) });
        const rows = tape.constant(tf.tensor2d(patches, [patches.length / patchColumns, patchColumns], 'float32'));
        const embeddings = embed(tape, rows, total);
        const losses: Tensor[] = [];
        const slopes: Tensor2D[] = [];
        const logits: Record<string, Tensor> = {};
        let begin = 0;
        for (const [index, { examples, head }] of used.entries()) {
          const { count } = examples;
          const own = tf.slice(embeddings.value, [begin, 0], [count, projectionSize]);
          const result = lossOf(tf, own, head, examples.labels, loss);
          losses.push(tf.mul(result.loss, count));
          slopes.push(tf.mul(result.gradient, count / total) as Tensor2D);
          logits[`logits/${index}`] = result.logits;
          begin += count;
        }
        const gradients = tape.backward(embeddings, tf.concat(slopes, 0));
        const columns: Record<string, Tensor> = {};
        for (const [name, { b }] of held) {
          const gradient = gradients.get(name);
          // A module that nothing reads, such as a projection where there is none, has no gradient.
          if (gradient !== undefined) columns[`columns/${name}`] = tf.sum(tf.mul(gradient, b), 0);
        }
        return { ...columns, ...logits, loss: tf.div(tf.addN(losses), total) };
      });
      const read = new Map<string, ArrayLike<number>>();
      for (const [name, tensor] of Object.entries(made)) read.set(name, await tensor.data<'float32'>());
      tf.dispose(made);
      const gradient = new Float64Array(expected);
      for (const [name, { group, owners }] of held) {
        const columns = read.get(`columns/${name}`);
        if (columns === undefined) continue;
        owners.forEach((position, column) => (gradient[group * adapterCount + position]! += columns[column]!));
      }
      const correct = used.reduce(
        (sum, { examples, head }, index) =>
          sum + countCorrect(read.get(`logits/${index}`)!, examples.labels, head.classes),
        0,
      );
      return { loss: read.get('loss')![0]!, correct, examples: total, gradient: [...gradient] };
    },
    dispose,
  };
}

function holdModule(
  tf: TensorFlow,
  weights: WeightSource,
  name: string,
  { group, parts }: CoefficientModule,
): HeldModule {
  const mismatched = (got: string, expected: string): Error =>
    modelErrors.adapterMismatched({ module: name, got, expected });
  if (!weights.has(`${name}.weight`)) throw mismatched('the model has no such layer', 'a linear layer');
  const [out, inputs] = weights.matrix(`${name}.weight`).shape as [number, number];
  for (const { a, b, rank } of parts) {
    if (a.length === rank * inputs && b.length === out * rank) continue;
    throw mismatched(
      `A of ${a.length} and B of ${b.length} entries at rank ${rank}`,
      `A [r, ${inputs}], B [${out}, r]`,
    );
  }
  const owners = parts.flatMap(({ position, rank }) => Array.from({ length: rank }, () => position));
  return tf.tidy(() => {
    const matrix = (values: Float32Array, rows: number, columns: number): Tensor2D =>
      tf.tensor2d(values.slice(), [rows, columns], 'float32');
    const a = tf.concat(
      parts.map((part) => matrix(part.a, part.rank, inputs)),
      0,
    );
    const b = tf.concat(
      parts.map((part) => tf.mul(matrix(part.b, out, part.rank), part.scale) as Tensor2D),
      1,
    );
    return { group, owners, a: tf.keep(a), b: tf.keep(b) };
  });
}

function lossOf(
  tf: TensorFlow,
  embeddings: Tensor,
  head: CosineHead,
  labels: Int32Array,
  kind: CoefficientLoss,
): { readonly loss: Tensor; readonly gradient: Tensor; readonly logits: Tensor } {
  const { logitScale } = head;
  const weight = tf.tensor2d(head.weight.slice(), [head.classes, head.projection], 'float32');
  if (kind === 'ENTROPY') {
    const { entropy, gradientOfEmbeddings, logits } = cosineEntropy(tf, { embeddings, weight, logitScale });
    return { loss: entropy, gradient: gradientOfEmbeddings, logits };
  }
  const { loss, gradientOfEmbeddings, logits } = cosineLoss(tf, { embeddings, weight, logitScale, labels });
  return { loss, gradient: gradientOfEmbeddings, logits };
}

function checkBatches(batches: readonly CoefficientBatch[], projection: number): void {
  for (const { examples, head } of batches) {
    if (head.projection !== projection) {
      throw evaluationErrors.headMismatched({ got: head.projection, expected: projection });
    }
    const example = examples.labels.findIndex((label) => label < 0 || label >= head.classes);
    if (example < 0) continue;
    throw evaluationErrors.labelInvalid({ example, got: examples.labels[example]!, classes: head.classes });
  }
}

function joinPatches(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Of equal logits the first class is the prediction, as in `scoreEmbeddings`. */
function countCorrect(logits: ArrayLike<number>, labels: Int32Array, classes: number): number {
  let correct = 0;
  labels.forEach((label, row) => {
    let best = 0;
    for (let c = 1; c < classes; c += 1) if (logits[row * classes + c]! > logits[row * classes + best]!) best = c;
    if (best === label) correct += 1;
  });
  return correct;
}
