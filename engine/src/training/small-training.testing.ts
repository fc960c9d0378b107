import { initializeVisionModel, RAW_PREPROCESSING, type TensorFlow, type VisionConfig } from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';
import type { Examples } from '../tasks/task.js';
import type { TrainAdapterOptions, TrainingMethod } from './train-adapter.js';
import type { TrainFullOptions } from './train-full.js';

/** Small enough that a step takes milliseconds. */
export const SMALL_CONFIG: VisionConfig = {
  hiddenSize: 16,
  intermediateSize: 32,
  layers: 2,
  heads: 2,
  imageSize: 8,
  patchSize: 4,
  channels: 1,
  projectionSize: 8,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
};

const CLASSES = 4;

/** Images that can be told apart: each class is a pattern of its own under noise. */
export function smallExamples(count: number, seed: number): Examples {
  const random = createKeyedRandom(seed);
  const noise = random.uniform(['noise'], count * 64);
  const labels = Int32Array.from(random.integers(['labels'], count, CLASSES));
  const pixels = Uint8Array.from(noise, (u, i) => {
    const label = labels[Math.floor(i / 64)]!;
    const pixel = i % 64;
    return (pixel * (label + 1)) % 5 < 2 ? 130 + 120 * u : 90 * u;
  });
  return { count, height: 8, width: 8, channels: 1, pixels, labels };
}

export function smallAdapterTraining(tf: TensorFlow, method: TrainingMethod): TrainAdapterOptions {
  const splits = { train: smallExamples(40, 1), validation: smallExamples(24, 2), test: smallExamples(24, 3) };
  return {
    tf,
    model: {
      config: SMALL_CONFIG,
      parameters: initializeVisionModel(SMALL_CONFIG, 5),
      preprocessing: RAW_PREPROCESSING,
    },
    task: { readSplit: async (split) => splits[split] },
    head: {
      weight: createKeyedRandom(6).normal(['head'], CLASSES * SMALL_CONFIG.projectionSize),
      classes: CLASSES,
      projection: SMALL_CONFIG.projectionSize,
      logitScale: 10,
    },
    method,
    rank: 4,
    alpha: 8,
    targetModules: ['v_proj', 'fc2'],
    frame: { seed: 7 },
    learningRate: 1e-2,
    steps: 24,
    batchSize: 16,
    warmup: 3,
    weightDecay: 0.01,
    seed: 8,
    evaluateEvery: 5,
  };
}

export function smallFullTraining(tf: TensorFlow): TrainFullOptions {
  return {
    tf,
    config: SMALL_CONFIG,
    parameters: initializeVisionModel(SMALL_CONFIG, 5),
    classes: CLASSES,
    nextBatch(step) {
      const images = smallExamples(16, 100 + step);
      return { images, labels: images.labels };
    },
    steps: 24,
    learningRate: 1e-2,
    warmup: 3,
    weightDecay: 0.05,
    labelSmoothing: 0.05,
    seed: 9,
  };
}
