export { createMoments, stepAdamW, type AdamWMoments, type AdamWOptions } from './adamw.js';
export { trainingErrors } from './errors.js';
export { learningRateAt, type Schedule } from './schedule.js';
export {
  trainFull,
  type FullHead,
  type FullProgress,
  type LabelledBatch,
  type TrainFullOptions,
  type TrainFullResult,
} from './train-full.js';
export { batchOrder } from './batch-order.js';
export { drawFrame } from './draw-frame.js';
export { trainingLimits } from './limits.js';
export type {
  LearningProblem,
  ProblemLogits,
  ProblemLoss,
  ProblemSplit,
  ScoreSum,
  ValidationScore,
} from './learning-problem.js';
export { imageProblem, type ImageProblemOptions, type LabelledPatches } from './image-problem.js';
export {
  distillationProblem,
  type DistillationBatch,
  type DistillationOptions,
  type DistilledTask,
} from './distillation-problem.js';
export { chooseLinearization, type ChooseLinearizationOptions } from './choose-linearization.js';
export {
  probeLinearization,
  type LinearizationChoice,
  type ModuleProbe,
  type ProbeLinearizationOptions,
} from './probe-linearization.js';
export { languageProblem, type AnsweredTexts, type LanguageProblemOptions } from './language-problem.js';
export { textProblem, type ClassifiedTexts, type TextProblemOptions } from './text-problem.js';
export { scoreSplit, type ScoreSplitOptions } from './score-split.js';
export type { Regularizers } from './regularizers.js';
export type { FrameChoice } from './starting-modules.js';
export type { TrainedUpdate, TrainedUpdates } from './trained-updates.js';
export type { FactorMode, TrainingMode, WeightMode } from './training-mode.js';
export type { ValidationPoint } from './training-progress.js';
export {
  trainOnProblem,
  type AdapterProgress,
  type TrainingOutcome,
  type TrainingSchedule,
  type TrainOnProblemOptions,
} from './train-on-problem.js';
export {
  modeOf,
  trainAdapter,
  type AdapterRecipe,
  type TrainAdapterOptions,
  type TrainedMethod,
  type TrainingMethod,
} from './train-adapter.js';
export {
  searchRecipes,
  type SearchAxis,
  type SearchKind,
  type SearchOutcome,
  type SearchPoint,
  type SearchRecipesOptions,
  type SearchScore,
  type SearchTrial,
} from './search-recipes.js';
export { atPoint, TUNABLE, tuneRecipe, type Tunable, type TuneRecipeOptions } from './tune-recipe.js';
