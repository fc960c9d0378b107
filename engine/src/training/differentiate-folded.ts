import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { createTape, type TensorFlow, type WeightSource } from '../models/index.js';
import { adapterTerms, type AdapterStep, type TrainedModule } from './adapter-step.js';
import { observeB, type FrozenPath } from './observe-b.js';
import { readGradients } from './read-gradients.js';
import type { BatchGradient } from './trainee.js';

/**
 * `differentiateAdapter`, with W + s B A0 in the place of W wherever A is A0: the same function, equal to float32 rounding. Of such a layer's path nothing is
 * left in either direction but x A0ᵀ and the gradient of B, a third of its products; folding costs what `rank` rows of a batch do. Only without dropout,
 * which falls on the path's input alone.
 */
export function differentiateFolded<Batch>(step: AdapterStep<Batch>): Promise<BatchGradient> {
  const { tf, problem, modules, batch } = step;
  const frozen = new Map([...modules].filter(([, { frame }]) => frame !== undefined && frame.b0 === undefined));
  const moving = new Map([...modules].filter(([name]) => !frozen.has(name)));
  return readGradients(tf, () => {
    const { weights, paths } = foldFrozen(tf, step.weights, frozen);
    const observed = new Map<string, Tensor>();
    const observer = observeB(tf, paths, observed);
    const tape = createTape(tf, weights, { terms: adapterTerms(tf, moving), ...(frozen.size > 0 && { observer }) });
    const output = problem.forward(tf, tape, batch);
    const { loss, gradient } = problem.loss(tf, output.value, batch);
    return { loss, gradients: new Map([...tape.backward(output, gradient), ...observed]) };
  });
}

function foldFrozen(
  tf: TensorFlow,
  base: WeightSource,
  frozen: ReadonlyMap<string, TrainedModule>,
): { readonly weights: WeightSource; readonly paths: ReadonlyMap<string, FrozenPath> } {
  const paths = new Map<string, FrozenPath>();
  const folded = new Map<string, { readonly matrix: Tensor; readonly transposed: Tensor }>();
  for (const [name, { rank, scale, frame, b }] of frozen) {
    const a0 = tf.tensor2d(frame!.a0.slice(), [rank, frame!.a0.length / rank], 'float32');
    const scaledB = tf.mul(tf.tensor2d(b.slice(), [b.length / rank, rank], 'float32'), scale) as Tensor2D;
    const matrix = tf.add(base.matrix(`${name}.weight`), tf.matMul(scaledB, a0));
    folded.set(`${name}.weight`, { matrix, transposed: tf.transpose(matrix) });
    paths.set(name, { aTransposed: tf.transpose(a0), scale });
  }
  return {
    paths,
    weights: {
      has: (name) => base.has(name),
      matrix: (name) => folded.get(name)?.matrix ?? base.matrix(name),
      transposed: (name) => folded.get(name)?.transposed ?? base.transposed(name),
    },
  };
}
