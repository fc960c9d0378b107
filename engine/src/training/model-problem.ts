import type { Calculus, Model, ModelInput, ModelOutput, TensorFlow } from '../models/index.js';
import type { LearningProblem } from './learning-problem.js';

export interface ModelProblemOptions<Batch> {
  readonly model: Model;
  readonly output: ModelOutput;
  input<V>(tf: TensorFlow, calculus: Calculus<V>, batch: Batch): ModelInput<V>;
}

type ModelPart<Batch> = Pick<
  LearningProblem<Batch>,
  'parameters' | 'linearLayers' | 'transposedLayers' | 'identity' | 'forward'
>;

/** What a problem has of its model, of any family. */
export function modelProblem<Batch>({ model, output, input }: ModelProblemOptions<Batch>): ModelPart<Batch> {
  const { family, config, parameters, linearLayers, parameterSpecs } = model;
  const isTransposed = (layer: string): boolean => parameterSpecs.get(`${layer}.weight`)?.transposed === true;
  return {
    parameters,
    linearLayers,
    transposedLayers: new Set([...linearLayers.keys()].filter(isTransposed)),
    identity: { family, config, output },
    forward: (tf, calculus, batch) => model.forward(calculus, input(tf, calculus, batch), output),
  };
}
