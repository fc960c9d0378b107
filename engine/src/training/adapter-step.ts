import type { Tensor } from '@tensorflow/tfjs-core';
import {
  createTape,
  type LowRankTerm,
  type LowRankTerms,
  type TensorFlow,
  type WeightSource,
} from '../models/index.js';
import { stepAdamW, type AdamWMoments } from './adamw.js';
import type { LearningProblem } from './learning-problem.js';
import { readGradients } from './read-gradients.js';
import type { BatchGradient } from './trainee.js';

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

/** What the input of a module's path is multiplied with, `[rows, width]`. */
export type PathMask = (module: string, rows: number, width: number) => Tensor;

export interface AdapterStep<Batch> {
  readonly tf: TensorFlow;
  readonly problem: LearningProblem<Batch>;
  readonly weights: WeightSource;
  readonly modules: ReadonlyMap<string, TrainedModule>;
  readonly batch: Batch;
  /** Dropout; none unless given. */
  readonly mask?: PathMask;
}

/** The terms that a tape or evaluator adds to each adapted layer. Their tensors belong to the surrounding `tf.tidy`. */
export function adapterTerms(
  tf: TensorFlow,
  modules: ReadonlyMap<string, TrainedModule>,
  mask?: PathMask,
): LowRankTerms {
  const terms = new Map<string, readonly LowRankTerm[]>();
  for (const [name, module] of modules) {
    const masked = mask && { mask: (rows: number, width: number) => mask(name, rows, width) };
    terms.set(
      name,
      moduleTerms(tf, name, module).map((term) => ({ ...term, ...masked })),
    );
  }
  return terms;
}

export const gradientName = (factor: 'A' | 'B', module: string): string => `${factor}/${module}`;

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
export function differentiateAdapter<Batch>(step: AdapterStep<Batch>): Promise<BatchGradient> {
  const { tf, problem, weights, modules, batch, mask } = step;
  return readGradients(tf, () => {
    const tape = createTape(tf, weights, { terms: adapterTerms(tf, modules, mask) });
    const output = problem.forward(tf, tape, batch);
    const { loss, gradient } = problem.loss(tf, output.value, batch);
    return { loss, gradients: tape.backward(output, gradient) };
  });
}

/**
 * One step of AdamW on the factors that train.
 *
 * @param count 1 for the first step
 * @returns the loss before the step
 */
export async function stepAdapter<Batch>(
  step: AdapterStep<Batch>,
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
