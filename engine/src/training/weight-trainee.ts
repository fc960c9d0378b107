import type { Tensor } from '@tensorflow/tfjs-core';
import { createDual, createEvaluator, createTape, ModelWeights, type TensorFlow } from '../models/index.js';
import { createMoments } from './adamw.js';
import { chooseParameters } from './choose-parameters.js';
import type { LearningProblem } from './learning-problem.js';
import { readGradients } from './read-gradients.js';
import type { BatchGradient, Trainee, TrainedFunction, TrainedValues } from './trainee.js';
import type { TrainedUpdates } from './trained-updates.js';
import { weightUpdates } from './weight-updates.js';

export interface WeightTraineeOptions<Batch> {
  readonly tf: TensorFlow;
  readonly problem: LearningProblem<Batch>;
  /** Patterns of modules, `all-linear`, or `all` for every parameter. */
  readonly targets: readonly string[];
  /** Whether the network is replaced by its tangent at the base: f(θ0) + J(θ0)·Δθ. */
  readonly linearized: boolean;
}

/**
 * Fine-tuning of the base's own weights, all or chosen ones. What trains is Δθ, the way from the base: that is what is kept, and what weight decay shortens
 * (as L2-SP, Li et al. 2018), so that a parameter without a gradient stays where it was.
 *
 * Linearized (Ortiz-Jimenez et al. 2023; paper.md 1.7) the function is f(θ0) + J(θ0)·Δθ, its gradient J(θ0)ᵀ ∂L/∂f.
 */
export function createWeightTrainee<Batch>(options: WeightTraineeOptions<Batch>): Trainee<Batch> {
  const { tf, problem, targets } = options;
  const names = chooseParameters(problem, targets);
  const trained = new Map<string, TrainedValues>();
  for (const name of names) {
    const size = problem.parameters.get(name)!.values.length;
    trained.set(name, { values: new Float32Array(size), moments: createMoments(size), decays: true });
  }
  const weights = new ModelWeights(tf, problem.parameters);
  const function_ = options.linearized
    ? linearizedFunction(tf, problem, weights, trained)
    : movedFunction(tf, problem, weights, trained);
  return {
    ...function_,
    trained,
    updatesOf: (values): TrainedUpdates => weightUpdates(problem, names, values),
    dispose: () => weights.dispose(),
  };
}

type WeightFunction<Batch> = Pick<Trainee<Batch>, 'differentiate' | 'refresh' | 'open'>;

/** f(θ0 + Δθ) */
function movedFunction<Batch>(
  tf: TensorFlow,
  problem: LearningProblem<Batch>,
  weights: ModelWeights,
  trained: ReadonlyMap<string, TrainedValues>,
): WeightFunction<Batch> {
  return {
    differentiate: (batch) =>
      readGradients(tf, () => {
        const tape = createTape(tf, weights, { trainable: (name) => trained.has(name) });
        const output = problem.forward(tf, tape, batch);
        const { loss, gradient } = problem.loss(tf, output.value, batch);
        return { loss, gradients: chosen(tape.backward(output, gradient), trained) };
      }),
    refresh() {
      for (const [name, { values }] of trained) {
        const { shape, values: base } = problem.parameters.get(name)!;
        weights.set(
          name,
          base.map((value, i) => value + values[i]!),
          shape,
        );
      }
    },
    open(): TrainedFunction<Batch> {
      const calculus = createEvaluator(tf, weights);
      return { forward: (batch) => problem.forward(tf, calculus, batch), dispose() {} };
    },
  };
}

/** f(θ0) + J(θ0)·Δθ */
function linearizedFunction<Batch>(
  tf: TensorFlow,
  problem: LearningProblem<Batch>,
  weights: ModelWeights,
  trained: ReadonlyMap<string, TrainedValues>,
): WeightFunction<Batch> {
  const directions = (): ReadonlyMap<string, Tensor> =>
    new Map(
      [...trained].map(([name, { values }]) => [
        name,
        tf.tensor(values.slice(), weights.matrix(name).shape, 'float32'),
      ]),
    );
  const linear = (batch: Batch, along: ReadonlyMap<string, Tensor>): Tensor => {
    const { value, tangent } = problem.forward(tf, createDual(tf, weights, { directions: along }), batch);
    return tangent === undefined ? value : tf.add(value, tangent);
  };
  return {
    differentiate: (batch): Promise<BatchGradient> =>
      readGradients(tf, () => {
        const { loss, gradient } = problem.loss(tf, linear(batch, directions()), batch);
        const tape = createTape(tf, weights, { trainable: (name) => trained.has(name) });
        const output = problem.forward(tf, tape, batch);
        return { loss, gradients: chosen(tape.backward(output, gradient), trained) };
      }),
    refresh() {},
    open() {
      const along = directions();
      return { forward: (batch) => linear(batch, along), dispose: () => along.forEach((tensor) => tensor.dispose()) };
    },
  };
}

/** A norm's two gradients come together; what was not chosen is left out. */
const chosen = (
  gradients: ReadonlyMap<string, Tensor>,
  trained: ReadonlyMap<string, TrainedValues>,
): ReadonlyMap<string, Tensor> => new Map([...gradients].filter(([name]) => trained.has(name)));
