import { CrucibleError } from '../errors/index.js';
import { trainingErrors } from './errors.js';
import { searchRecipes, type SearchOutcome, type SearchPoint, type SearchRecipesOptions } from './search-recipes.js';
import { trainOnProblem, type TrainOnProblemOptions } from './train-on-problem.js';
import type { TrainingMode } from './training-mode.js';

/** Settings that a search may vary. */
export const TUNABLE = ['learningRate', 'weightDecay', 'batchSize', 'rank', 'alpha', 'dropout', 'normPenalty'] as const;
export type Tunable = (typeof TUNABLE)[number];

export interface TuneRecipeOptions<Batch> {
  /** What is trained at every point, but for what varies. Needs `evaluateEvery`, for the search looks at validation. */
  readonly training: TrainOnProblemOptions<Batch>;
  readonly search: Omit<SearchRecipesOptions, 'evaluate' | 'steps' | 'signal'>;
}

/**
 * Hyper-parameter search by real trainings: each point is trained from the start, with its share of the warm-up, and has the loss of its best look at
 * validation. A training that diverges has an infinite loss, and the search goes on.
 */
export async function tuneRecipe<Batch>({ training, search }: TuneRecipeOptions<Batch>): Promise<SearchOutcome> {
  if (training.evaluateEvery === undefined) {
    throw trainingErrors.optionInvalid({
      option: 'evaluateEvery',
      got: 'nothing',
      expected: 'steps between two looks',
    });
  }
  const foreign = Object.keys(search.axes).find((name) => !(TUNABLE as readonly string[]).includes(name));
  if (foreign !== undefined) {
    throw trainingErrors.optionInvalid({ option: 'axes', got: foreign, expected: `one of ${TUNABLE.join(', ')}` });
  }
  return searchRecipes({
    ...search,
    steps: training.steps,
    signal: training.signal,
    async evaluate(point, steps) {
      try {
        const { history, bestStep } = await trainOnProblem(atPoint(training, point, steps));
        const { loss, accuracy } = history.validation.find(({ step }) => step === bestStep)!;
        return { loss, accuracy };
      } catch (error) {
        if (error instanceof CrucibleError && error.code === trainingErrors.diverged.entry.code)
          return { loss: Infinity, accuracy: 0 };
        throw error;
      }
    },
  });
}

/** The training at a point of the space, for so many steps. */
export function atPoint<Batch>(
  training: TrainOnProblemOptions<Batch>,
  point: SearchPoint,
  steps: number,
): TrainOnProblemOptions<Batch> {
  const { mode, regularizers } = training;
  const of = (name: Tunable): number | undefined => point[name];
  return {
    ...training,
    steps,
    warmup: Math.round((training.warmup * steps) / training.steps),
    evaluateEvery: Math.min(training.evaluateEvery!, steps),
    learningRate: of('learningRate') ?? training.learningRate,
    weightDecay: of('weightDecay') ?? training.weightDecay,
    batchSize: of('batchSize') ?? training.batchSize,
    regularizers: { ...regularizers, norm: of('normPenalty') ?? regularizers?.norm },
    mode: modeAt(mode, of),
    patience: training.patience === undefined ? undefined : Math.min(training.patience, steps),
    checkpointPath: undefined,
    checkpointEvery: undefined,
    onProgress: undefined,
  };
}

function modeAt(mode: TrainingMode, of: (name: Tunable) => number | undefined): TrainingMode {
  if (mode.kind === 'WEIGHTS') return mode;
  return {
    ...mode,
    rank: of('rank') ?? mode.rank,
    alpha: of('alpha') ?? mode.alpha,
    dropout: of('dropout') ?? mode.dropout,
  };
}
