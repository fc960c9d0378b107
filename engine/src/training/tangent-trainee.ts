import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { createDual, createTape, ModelWeights, type Calculus, type Dual } from '../models/index.js';
import type { TensorFlow, WeightSource } from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';
import { gradientName, type PathMask } from './adapter-step.js';
import { createMoments } from './adamw.js';
import { dropoutMask } from './dropout.js';
import type { FactorTraineeOptions } from './factor-trainee.js';
import { maskedInput, observeB, type FrozenPath } from './observe-b.js';
import { readGradients } from './read-gradients.js';
import type { StartingModule } from './starting-modules.js';
import type { Draw, Trainee, TrainedValues } from './trainee.js';
import type { TrainedUpdate } from './trained-updates.js';

/**
 * The paper's equation over the whole network: f(x; φ0) + J(φ0)·(φ − φ0) with φ0 = (A0, B0 = 0) of every adapted layer (paper.md 1.1; golden
 * l-lora/network-linear). With B0 = 0 the tangent in A is zero, so that B alone trains, and adapters of one frame add up exactly in the function itself:
 * (f_1 − f_0) + (f_2 − f_0) = f_{1+2} − f_0.
 *
 * A step is one pass forward with the tangent beside the value, and one pass there and back at φ0: the gradient of the loss in ΔB is J(φ0)ᵀ ∂L/∂f, and no
 * second derivative is needed.
 */
export function createTangentTrainee<Batch>(options: FactorTraineeOptions<Batch>): Trainee<Batch> {
  const { tf, problem, dropout, modules } = options;
  const weights = new ModelWeights(tf, problem.parameters);
  const random = createKeyedRandom(options.seed);
  const trained = new Map<string, TrainedValues>();
  for (const [name, { b }] of modules) {
    trained.set(gradientName('B', name), { values: b, moments: createMoments(b.length), decays: true });
  }
  const maskOf = (draw: Draw): PathMask | undefined => {
    if (dropout === 0) return undefined;
    // One mask a module and draw, whether the tangent or the gradient asks first: both are of one function.
    const made = new Map<string, Tensor>();
    return (module, rows, width) => {
      const known = made.get(module);
      if (known !== undefined) return known;
      const mask = tf.tensor2d(dropoutMask(random, dropout, draw, module, rows * width), [rows, width], 'float32');
      made.set(module, mask);
      return mask;
    };
  };
  return {
    trained,
    differentiate(batch, draw) {
      const mask = maskOf(draw);
      return readGradients(tf, () => {
        const paths = tangentPaths(tf, modules);
        const { value, tangent } = problem.forward(tf, tangentCalculus(tf, weights, paths, mask), batch);
        const output = tangent === undefined ? value : tf.add(value, tangent);
        const { loss, gradient } = problem.loss(tf, output, batch);
        const gradients = new Map<string, Tensor>();
        const tape = createTape(tf, weights, { observer: observeB(tf, paths, gradients, mask) });
        tape.backward(problem.forward(tf, tape, batch), gradient);
        return { loss, gradients };
      });
    },
    refresh() {},
    open() {
      const paths = keptPaths(tf, modules);
      const calculus = tangentCalculus(tf, weights, paths);
      return {
        forward(batch) {
          const { value, tangent } = problem.forward(tf, calculus, batch);
          return tangent === undefined ? value : tf.add(value, tangent);
        },
        dispose: () => paths.forEach((path) => tf.dispose([path.aTransposed, path.bTransposed])),
      };
    },
    updatesOf: (values) =>
      new Map(
        [...modules].map(([name, { rank, scale, a0 }]): [string, TrainedUpdate] => [
          name,
          { a: a0.slice(), b: values(gradientName('B', name)).slice(), rank, scale },
        ]),
      ),
    dispose: () => weights.dispose(),
  };
}

interface TangentPath extends FrozenPath {
  /** scale · ΔBᵀ, `[rank, out]` */
  readonly bTransposed: Tensor;
}

function tangentPaths(tf: TensorFlow, modules: ReadonlyMap<string, StartingModule>): ReadonlyMap<string, TangentPath> {
  const paths = new Map<string, TangentPath>();
  for (const [name, { a0, b, rank, scale }] of modules) {
    const a = tf.tensor2d(a0.slice(), [rank, a0.length / rank], 'float32');
    const direction = tf.tensor2d(b.slice(), [b.length / rank, rank], 'float32');
    const bTransposed = tf.transpose(tf.mul(direction, scale));
    paths.set(name, { aTransposed: tf.transpose(a), bTransposed, scale });
  }
  return paths;
}

/** The same outside of any `tf.tidy`; the caller frees them. */
function keptPaths(tf: TensorFlow, modules: ReadonlyMap<string, StartingModule>): ReadonlyMap<string, TangentPath> {
  const kept = new Map<string, TangentPath>();
  tf.tidy(() => {
    for (const [name, path] of tangentPaths(tf, modules)) {
      for (const tensor of [path.aTransposed, path.bTransposed]) tf.keep(tensor);
      kept.set(name, path);
    }
  });
  return kept;
}

/** The dual interpretation with the direction (0, ΔB) in the factors at (A0, 0): the value takes no part of the path, which is zero there. */
function tangentCalculus(
  tf: TensorFlow,
  weights: WeightSource,
  paths: ReadonlyMap<string, TangentPath>,
  mask?: PathMask,
): Calculus<Dual> {
  const dual = createDual(tf, weights);
  return {
    ...dual,
    linear(name, x) {
      const y = dual.linear(name, x);
      const path = paths.get(name);
      if (path === undefined) return y;
      const low = tf.matMul(maskedInput(tf, name, x.value, mask), path.aTransposed as Tensor2D);
      const moved = tf.matMul(low, path.bTransposed as Tensor2D);
      return { value: y.value, tangent: y.tangent === undefined ? moved : tf.add(y.tangent, moved) };
    },
  };
}
