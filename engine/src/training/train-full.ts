import { setImmediate } from 'node:timers/promises';
import { createKeyedRandom } from '../random/index.js';
import {
  cosineLoss,
  createTape,
  extractPatches,
  ModelWeights,
  visionParameterShapes,
  visionTower,
  type ImageBatch,
  type Parameter,
  type ParameterMap,
  type Preprocessing,
  type TensorFlow,
  type VisionConfig,
} from '../models/index.js';
import { createMoments, stepAdamW, type AdamWMoments } from './adamw.js';
import { checkCommonOptions } from './check-options.js';
import { fingerprintTraining, momentEntries, restoreCheckpoint, writeCheckpoint } from './checkpoint.js';
import { trainingErrors } from './errors.js';
import { learningRateAt } from './schedule.js';

export interface LabelledBatch {
  readonly images: ImageBatch;
  readonly labels: Int32Array;
}

export interface TrainFullOptions {
  readonly tf: TensorFlow;
  readonly config: VisionConfig;
  /** Where training starts: `initializeVisionModel(config, seed)`, or a model that trains on. Not changed. */
  readonly parameters: ParameterMap;
  readonly classes: number;
  /** The head to start from; drawn from the seed unless given. */
  readonly head?: FullHead;
  /** Batch `step` (0 for the first). Must depend on `step` alone, or a resumed training differs from an undisturbed one. */
  readonly nextBatch: (step: number) => LabelledBatch | Promise<LabelledBatch>;
  readonly preprocessing?: Preprocessing;
  readonly steps: number;
  readonly learningRate: number;
  readonly warmup: number;
  /** On matrices other than positions; norms, biases, tokens and the scale do not decay. */
  readonly weightDecay: number;
  readonly labelSmoothing?: number;
  readonly seed: number;
  /** Safetensors file from which a training that was killed goes on, to the same bytes. Removed by nobody. */
  readonly checkpointPath?: string;
  readonly checkpointEvery?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FullProgress) => void;
}

export interface FullHead {
  /** `[classes, projection]` */
  readonly weight: Float32Array;
  readonly logitScale: number;
}

export interface FullProgress {
  /** Steps that are done. */
  readonly step: number;
  readonly steps: number;
  /** Of this step's batch, before the step. */
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
  readonly secondsPerStep: number;
}

export interface TrainFullResult {
  readonly parameters: ParameterMap;
  readonly head: FullHead;
  readonly losses: Float32Array;
  readonly accuracies: Float32Array;
}

/** CLIP's bound: a sharper softmax trains unstably. */
const MOST_LOG_SCALE = Math.log(100);
const FIRST_LOG_SCALE = Math.log(10);
const HEAD = 'head.weight';
const LOG_SCALE = 'head.log_scale';

/**
 * Trains every parameter of a vision tower and a cosine head by AdamW on cross-entropy. The same options give the same bytes on the same backend,
 * whether or not the training was interrupted.
 */
export async function trainFull(options: TrainFullOptions): Promise<TrainFullResult> {
  const { tf, config, steps, signal, checkpointPath, checkpointEvery = 100 } = options;
  checkCommonOptions(options);
  const parameters = startingParameters(options);
  const moments = new Map([...parameters].map(([name, { values }]) => [name, createMoments(values.length)]));
  const losses = new Float32Array(steps);
  const accuracies = new Float32Array(steps);
  const fingerprint = fingerprintTraining(recipeOf(options), parameters);
  const state = new Map([
    ...[...parameters].map(([name, parameter]) => [`parameters.${name}`, parameter] as const),
    ...[...moments].flatMap(([name, entry]) => momentEntries(name, entry)),
    ['losses', { shape: [steps], values: losses }],
    ['accuracies', { shape: [steps], values: accuracies }],
  ]);
  const first = checkpointPath === undefined ? 0 : await restoreCheckpoint(checkpointPath, fingerprint, state);
  const weights = new ModelWeights(tf, towerOf(config, parameters));
  try {
    for (let step = first; step < steps; step += 1) {
      // Backends compute synchronously: without this pause no abort would be heard until the end.
      await setImmediate();
      signal?.throwIfAborted();
      const started = performance.now();
      const batch = await options.nextBatch(step);
      const { loss, accuracy, gradients } = await differentiate(options, weights, parameters, batch);
      const learningRate = learningRateAt(options, step);
      if (!Number.isFinite(loss)) throw trainingErrors.diverged({ step, learningRate });
      update(options, weights, parameters, moments, gradients, step, learningRate);
      losses[step] = loss;
      accuracies[step] = accuracy;
      const done = step + 1;
      if (checkpointPath !== undefined && (done % checkpointEvery === 0 || done === steps)) {
        await writeCheckpoint(checkpointPath, fingerprint, done, state);
      }
      const secondsPerStep = (performance.now() - started) / 1000;
      options.onProgress?.({ step: done, steps, loss, accuracy, learningRate, secondsPerStep });
    }
  } finally {
    weights.dispose();
  }
  const logitScale = Math.exp(parameters.get(LOG_SCALE)!.values[0]!);
  const head = { weight: parameters.get(HEAD)!.values, logitScale };
  return { parameters: towerOf(config, parameters), head, losses, accuracies };
}

const towerOf = (config: VisionConfig, parameters: ParameterMap): ParameterMap =>
  new Map([...visionParameterShapes(config).keys()].map((name) => [name, parameters.get(name)!]));

function recipeOf(options: TrainFullOptions): Readonly<Record<string, unknown>> {
  const { config, classes, steps, learningRate, warmup, weightDecay, labelSmoothing = 0, seed } = options;
  return { kind: 'full', config, classes, steps, learningRate, warmup, weightDecay, labelSmoothing, seed };
}

function startingParameters({ config, classes, seed, parameters, head }: TrainFullOptions): ParameterMap {
  const start = new Map<string, Parameter>();
  for (const [name, { shape, values }] of towerOf(config, parameters))
    start.set(name, { shape, values: values.slice() });
  const size = classes * config.projectionSize;
  const weight = head?.weight.slice() ?? createKeyedRandom(seed).normal(['initialize', HEAD], size);
  const logScale = head === undefined ? FIRST_LOG_SCALE : Math.log(head.logitScale);
  start.set(HEAD, { shape: [classes, config.projectionSize], values: weight });
  start.set(LOG_SCALE, { shape: [], values: Float32Array.of(logScale) });
  return start;
}

function update(
  options: TrainFullOptions,
  weights: ModelWeights,
  parameters: ParameterMap,
  moments: ReadonlyMap<string, AdamWMoments>,
  gradients: ReadonlyMap<string, ArrayLike<number>>,
  step: number,
  learningRate: number,
): void {
  for (const [name, { values, shape }] of parameters) {
    const decays = shape.length > 1 && name !== 'vision_model.embeddings.position_embedding.weight';
    const weightDecay = decays ? options.weightDecay : 0;
    stepAdamW(values, gradients.get(name)!, moments.get(name)!, step + 1, { learningRate, weightDecay });
    if (weights.has(name)) weights.set(name, values, shape);
  }
  const scale = parameters.get(LOG_SCALE)!.values;
  scale[0] = Math.min(scale[0]!, MOST_LOG_SCALE);
}

async function differentiate(
  { tf, config, preprocessing, labelSmoothing = 0 }: TrainFullOptions,
  weights: ModelWeights,
  parameters: ReadonlyMap<string, Parameter>,
  { images, labels }: LabelledBatch,
): Promise<{ loss: number; accuracy: number; gradients: ReadonlyMap<string, ArrayLike<number>> }> {
  const rows = extractPatches(config, images, preprocessing);
  const head = parameters.get(HEAD)!;
  const made = tf.tidy(() => {
    const tape = createTape(tf, weights, { trainable: () => true });
    const width = config.channels * config.patchSize ** 2;
    const patches = tape.constant(tf.tensor2d(rows, [rows.length / width, width], 'float32'));
    const embeddings = visionTower(config, tape, patches, images.count);
    const { loss, logits, gradientOfEmbeddings, gradientOfWeight, gradientOfLogScale } = cosineLoss(tf, {
      embeddings: embeddings.value,
      weight: tf.tensor2d(head.values.slice(), head.shape as [number, number], 'float32'),
      logitScale: Math.exp(parameters.get(LOG_SCALE)!.values[0]!),
      labels,
      labelSmoothing,
      headTrains: true,
    });
    const gradients = tape.backward(embeddings, gradientOfEmbeddings);
    gradients.set(HEAD, gradientOfWeight!);
    gradients.set(LOG_SCALE, gradientOfLogScale!);
    return { loss, predictions: tf.argMax(logits, 1), ...Object.fromEntries(gradients) };
  });
  const read = await Promise.all(
    Object.entries(made).map(async ([name, tensor]) => [name, await tensor.data<'float32'>()] as const),
  );
  tf.dispose(made);
  const gradients = new Map<string, ArrayLike<number>>(read);
  const predictions = gradients.get('predictions')!;
  const correct = labels.reduce((sum, label, row) => sum + (predictions[row] === label ? 1 : 0), 0);
  return { loss: gradients.get('loss')![0]!, accuracy: correct / labels.length, gradients };
}
