export { createMoments, stepAdamW, type AdamWMoments, type AdamWOptions } from './adamw.js';
export { cosineLogits, cosineLoss, type CosineLoss, type CosineLossInput } from './cosine-head.js';
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
