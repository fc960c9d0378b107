import { createEvaluator, foldUpdates, ModelWeights } from '../models/index.js';
import type { LowRankUpdates, TensorFlow } from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';
import { differentiateAdapter, gradientName, type TrainedModule } from './adapter-step.js';
import { createMoments } from './adamw.js';
import { differentiateFolded } from './differentiate-folded.js';
import { dropoutMask } from './dropout.js';
import type { LearningProblem } from './learning-problem.js';
import type { StartingModule } from './starting-modules.js';
import type { Draw, Trainee, TrainedValues } from './trainee.js';
import type { TrainedUpdate } from './trained-updates.js';

export interface FactorTraineeOptions<Batch> {
  readonly tf: TensorFlow;
  readonly problem: LearningProblem<Batch>;
  readonly modules: ReadonlyMap<string, StartingModule>;
  /** Probability, below 1, with which an entry of a path's input is dropped; 0 for none. */
  readonly dropout: number;
  /** Of the dropout. */
  readonly seed: number;
}

/**
 * LoRA, and LoRA linearized module by module: y = W x + s B A x, where the modules that are linearized keep A at A0 and so are their own tangent at
 * (A0, 0) (paper.md 1.3). All, none or some modules may be.
 */
export function createFactorTrainee<Batch>(options: FactorTraineeOptions<Batch>): Trainee<Batch> {
  const { tf, problem, dropout } = options;
  const weights = new ModelWeights(tf, problem.parameters);
  const random = createKeyedRandom(options.seed);
  const modules = new Map<string, TrainedModule>();
  const trained = new Map<string, TrainedValues>();
  for (const [name, { rank, scale, a0, a, b, linearized }] of options.modules) {
    const momentsOfB = createMoments(b.length);
    const momentsOfA = linearized ? undefined : createMoments(a.length);
    modules.set(name, { rank, scale, a, b, momentsOfB, ...(momentsOfA ? { momentsOfA } : { frame: { a0 } }) });
    trained.set(gradientName('B', name), { values: b, moments: momentsOfB, decays: true });
    if (momentsOfA) trained.set(gradientName('A', name), { values: a, moments: momentsOfA, decays: true });
  }
  const masks = (draw: Draw) =>
    dropout === 0
      ? {}
      : {
          mask: (module: string, rows: number, width: number) =>
            tf.tensor2d(dropoutMask(random, dropout, draw, module, rows * width), [rows, width], 'float32'),
        };
  return {
    trained,
    differentiate: (batch, draw) =>
      dropout === 0
        ? differentiateFolded({ tf, problem, weights, modules, batch })
        : differentiateAdapter({ tf, problem, weights, modules, batch, ...masks(draw) }),
    refresh() {},
    open() {
      // A linearized module's A is A0: folding (A, B) is the linearized layer itself.
      const folded = foldUpdates(tf, weights, modules as LowRankUpdates);
      const calculus = createEvaluator(tf, folded);
      return { forward: (batch) => problem.forward(tf, calculus, batch), dispose: () => folded.dispose() };
    },
    updatesOf: (values) =>
      new Map(
        [...modules].map(([name, { rank, scale, a, frame }]): [string, TrainedUpdate] => {
          const keptA = frame === undefined ? values(gradientName('A', name)) : a;
          return [name, { a: keptA.slice(), b: values(gradientName('B', name)).slice(), rank, scale }];
        }),
      ),
    dispose: () => weights.dispose(),
  };
}
