import type { Tensor } from '@tensorflow/tfjs-core';
import {
  cosineLoss,
  createTape,
  visionTower,
  type LowRankTerm,
  type LowRankTerms,
  type TensorFlow,
  type VisionConfig,
  type WeightSource,
} from '../models/index.js';
import type { CosineHead } from '../evaluation/index.js';
import { stepAdamW, type AdamWMoments } from './adamw.js';

/** One adapted layer while it trains; `a` and `b` change in place. */
export interface TrainedModule {
  readonly rank: number;
  readonly scale: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Empty for a frozen A. */
  readonly momentsOfA?: AdamWMoments;
  readonly momentsOfB: AdamWMoments;
  /**
   * The point that a linearized layer is expanded around: y = W x + s (B A0 + B0 (A − A0)) x. Without it the layer is an ordinary y = W x + s B A x.
   * A frame without `b0` has B0 = 0: then nothing depends on A.
   */
  readonly frame?: { readonly a0: Float32Array; readonly b0?: Float32Array };
}

export interface AdapterStep {
  readonly tf: TensorFlow;
  readonly config: VisionConfig;
  readonly weights: WeightSource;
  readonly head: CosineHead;
  readonly modules: ReadonlyMap<string, TrainedModule>;
  /** Rows of `extractPatches`. */
  readonly patches: Float32Array;
  readonly labels: Int32Array;
}

/** The terms that a tape or evaluator adds to each adapted layer. Their tensors belong to the surrounding `tf.tidy`. */
export function adapterTerms(tf: TensorFlow, modules: ReadonlyMap<string, TrainedModule>): LowRankTerms {
  const terms = new Map<string, readonly LowRankTerm[]>();
  for (const [name, module] of modules) terms.set(name, moduleTerms(tf, name, module));
  return terms;
}

const gradientName = (factor: 'A' | 'B', module: string): string => `${factor}/${module}`;

function moduleTerms(tf: TensorFlow, name: string, module: TrainedModule): readonly LowRankTerm[] {
  const { rank, scale, frame, momentsOfA } = module;
  const inputs = module.a.length / rank;
  const outputs = module.b.length / rank;
  const matrix = (values: Float32Array, rows: number, columns: number): Tensor =>
    tf.tensor2d(values.slice(), [rows, columns], 'float32');
  const trainsB = { gradientOfB: gradientName('B', name) };
  const trainsA = momentsOfA === undefined ? {} : { gradientOfA: gradientName('A', name) };
  const b = matrix(module.b, outputs, rank);
  if (frame === undefined) return [{ a: matrix(module.a, rank, inputs), b, scale, ...trainsA, ...trainsB }];
  const main = { a: matrix(frame.a0, rank, inputs), b, scale, ...trainsB };
  if (frame.b0 === undefined) return [main];
  const movedA = module.a.map((value, i) => value - frame.a0[i]!);
  return [main, { a: matrix(movedA, rank, inputs), b: matrix(frame.b0, outputs, rank), scale, ...trainsA }];
}

/** Loss of a batch and its gradients, without a step. */
export async function differentiateAdapter(
  step: AdapterStep,
): Promise<{ readonly loss: number; readonly gradients: ReadonlyMap<string, ArrayLike<number>> }> {
  const { tf, config, weights, head, modules, patches, labels } = step;
  const made = tf.tidy(() => {
    const tape = createTape(tf, weights, { terms: adapterTerms(tf, modules) });
    const width = config.channels * config.patchSize ** 2;
    const rows = tape.constant(tf.tensor2d(patches, [patches.length / width, width], 'float32'));
    const embeddings = visionTower(config, tape, rows, labels.length);
    const { loss, gradientOfEmbeddings } = cosineLoss(tf, {
      embeddings: embeddings.value,
      weight: tf.tensor2d(head.weight.slice(), [head.classes, head.projection], 'float32'),
      logitScale: head.logitScale,
      labels,
    });
    return { loss, ...Object.fromEntries(tape.backward(embeddings, gradientOfEmbeddings)) };
  });
  const read = await Promise.all(
    Object.entries(made).map(async ([name, tensor]) => [name, await tensor.data<'float32'>()] as const),
  );
  tf.dispose(made);
  const gradients = new Map<string, ArrayLike<number>>(read);
  return { loss: gradients.get('loss')![0]!, gradients };
}

/**
 * One step of AdamW on the factors that train.
 *
 * @param count 1 for the first step
 * @returns the loss before the step
 */
export async function stepAdapter(
  step: AdapterStep,
  count: number,
  options: { readonly learningRate: number; readonly weightDecay: number },
): Promise<number> {
  const { loss, gradients } = await differentiateAdapter(step);
  for (const [name, { a, b, momentsOfA, momentsOfB }] of step.modules) {
    stepAdamW(b, gradients.get(gradientName('B', name))!, momentsOfB, count, options);
    const gradientOfA = gradients.get(gradientName('A', name));
    if (momentsOfA !== undefined && gradientOfA !== undefined) stepAdamW(a, gradientOfA, momentsOfA, count, options);
  }
  return loss;
}
