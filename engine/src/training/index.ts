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
export {
  trainAdapter,
  type AdapterProgress,
  type AdapterTrainingResult,
  type TrainAdapterOptions,
  type TrainedMethod,
  type ValidationPoint,
} from './train-adapter.js';
