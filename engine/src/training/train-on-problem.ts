import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { TensorFlow } from '../models/index.js';
import { viewBytes } from '../tensors/index.js';
import { stepAdamW } from './adamw.js';
import { partOrder } from './batch-order.js';
import { checkCommonOptions, checkWhole } from './check-options.js';
import { fingerprintTraining, restoreCheckpoint, writeCheckpoint } from './checkpoint.js';
import { trainingErrors } from './errors.js';
import type { LearningProblem, ProblemSplit } from './learning-problem.js';
import { trainingLimits } from './limits.js';
import { createRegularizer, describeRegularizers, type Regularizers } from './regularizers.js';
import { learningRateAt, type RateSchedule } from './schedule.js';
import { scoreSplit } from './score-split.js';
import type { BatchGradient, Trainee } from './trainee.js';
import type { TrainedUpdate, TrainedUpdates } from './trained-updates.js';
import { describeMode, openMode, type TrainingMode } from './training-mode.js';
import { createProgress, type ValidationPoint } from './training-progress.js';

export interface TrainingSchedule {
  readonly learningRate: number;
  readonly steps: number;
  /** Examples that are differentiated at once. */
  readonly batchSize: number;
  /** Batches whose mean gradient is one step; 1 unless given. With k, a step sees what one of a k-fold batch would. */
  readonly accumulate?: number | undefined;
  readonly warmup: number;
  /** COSINE unless given. */
  readonly schedule?: RateSchedule | undefined;
  readonly weightDecay: number;
  readonly regularizers?: Regularizers | undefined;
  /** Of the order of the examples, and of dropout. */
  readonly seed: number;
  /** Steps between two looks at `validation`; without it the last state is the result. */
  readonly evaluateEvery?: number | undefined;
  /** Looks without a lower validation loss after which training stops; without it all steps are taken. The best state is the result either way. */
  readonly patience?: number | undefined;
  /** A training that was killed goes on from here, to the same bytes. */
  readonly checkpointPath?: string | undefined;
  readonly checkpointEvery?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: AdapterProgress) => void) | undefined;
}

export interface AdapterProgress {
  /** Steps that are done. */
  readonly step: number;
  readonly steps: number;
  /** Of this step's batches, before the step, without penalties. */
  readonly loss: number;
  readonly learningRate: number;
  readonly validation?: ValidationPoint;
}

export interface TrainOnProblemOptions<Batch> extends TrainingSchedule {
  readonly tf: TensorFlow;
  readonly problem: LearningProblem<Batch>;
  readonly mode: TrainingMode;
}

export interface TrainingOutcome {
  /** By module: A `[rank, in]` and B `[out, rank]`, with rank and scale. A module that is linearized has A0 to the bit. */
  readonly updates: TrainedUpdates;
  /** A0 by module; empty where whole weights trained. */
  readonly frame: ReadonlyMap<string, Float32Array>;
  readonly modules: readonly string[];
  /** Greatest over the modules. */
  readonly rank: number;
  /** The factor on B A. */
  readonly scale: number;
  /** Modules that were replaced by their tangents. */
  readonly linearizedModules: readonly string[];
  /** Steps after which the result's state was reached. */
  readonly bestStep: number;
  readonly history: { readonly losses: Float32Array; readonly validation: readonly ValidationPoint[] };
}

/**
 * Trains one mode on one problem by AdamW. The same options give the same bytes on the same backend, whether or not the training was killed in between.
 *
 * @throws trainingErrors.optionInvalid, trainingErrors.diverged, trainingErrors.checkpointForeign
 */
export async function trainOnProblem<Batch>(options: TrainOnProblemOptions<Batch>): Promise<TrainingOutcome> {
  checkSchedule(options);
  const { tf, problem, mode, steps, seed, signal, checkpointPath, evaluateEvery } = options;
  const { checkpointEvery = evaluateEvery ?? 50 } = options;
  const train = await problem.readSplit('train');
  const validation = evaluateEvery === undefined ? undefined : await problem.readSplit('validation');
  checkWhole('batchSize', options.batchSize, 1, Math.min(trainingLimits.batchSize, train.count));
  const { trainee, modules } = openMode(tf, problem, mode, seed);
  let done = 0;
  try {
    const { trained } = trainee;
    const regularizer = createRegularizer(options.regularizers, modules, trained);
    const progress = createProgress(options, trained);
    const fingerprint = fingerprintTraining(recipeOf(options, train, validation, modules), problem.parameters);
    done = checkpointPath === undefined ? 0 : await restoreCheckpoint(checkpointPath, fingerprint, progress.state);
    if (done > 0) trainee.refresh();
    const order = partOrder(seed, train.parts ?? [train.count], options.batchSize);
    while (done < steps && !progress.isStale(done)) {
      const learningRate = learningRateAt(options, done);
      const { loss, gradients } = await accumulated(options, trainee, train, order, done);
      if (!Number.isFinite(loss)) throw trainingErrors.diverged({ step: done, learningRate });
      const regular = regularizer(gradients);
      for (const [name, { values, moments, decays }] of trained) {
        const gradient = regular.get(name);
        if (gradient === undefined) continue;
        stepAdamW(values, gradient, moments, done + 1, {
          learningRate,
          weightDecay: decays ? options.weightDecay : 0,
        });
      }
      trainee.refresh();
      progress.losses[done] = loss;
      done += 1;
      let point: ValidationPoint | undefined;
      if (validation !== undefined && progress.looksNow(done)) {
        point = { step: done, ...(await scoreTrainee(options, trainee, validation)) };
        progress.record(point);
      }
      if (checkpointPath !== undefined && (done % checkpointEvery === 0 || done === steps || progress.isStale(done))) {
        await writeCheckpoint(checkpointPath, fingerprint, done, progress.state);
      }
      options.onProgress?.({
        step: done,
        steps,
        loss,
        learningRate,
        ...(point !== undefined && { validation: point }),
      });
    }
    const updates = asStored(problem, trainee.updatesOf(progress.kept(done)));
    const [first] = updates.values();
    return {
      updates,
      frame: new Map([...modules].map(([name, { a0 }]) => [name, a0])),
      modules: [...updates.keys()],
      rank: [...updates.values()].reduce((most, { rank }) => Math.max(most, rank), 1),
      scale: first?.scale ?? 1,
      linearizedModules: [...modules].filter(([, { linearized }]) => linearized).map(([name]) => name),
      bestStep: progress.bestStep(done),
      history: { losses: progress.losses.slice(0, done), validation: progress.validation(done) },
    };
  } finally {
    trainee.dispose();
  }

  async function accumulated(
    { accumulate = 1 }: TrainingSchedule,
    trainee: Trainee<Batch>,
    train: ProblemSplit<Batch>,
    order: (batch: number) => Uint32Array,
    step: number,
  ): Promise<BatchGradient> {
    let loss = 0;
    const sums = new Map<string, ArrayLike<number>>();
    for (let part = 0; part < accumulate; part += 1) {
      // Backends compute synchronously: without this pause no abort would be heard until the end.
      await setImmediate();
      signal?.throwIfAborted();
      const made = await trainee.differentiate(train.batch(order(step * accumulate + part)), { step, part });
      if (accumulate === 1) return made;
      loss += made.loss / accumulate;
      for (const [name, gradient] of made.gradients) {
        const sum = (sums.get(name) as Float64Array | undefined) ?? new Float64Array(gradient.length);
        for (let i = 0; i < sum.length; i += 1) sum[i]! += gradient[i]! / accumulate;
        sums.set(name, sum);
      }
    }
    return { loss, gradients: sums };
  }
}

async function scoreTrainee<Batch>(
  { tf, problem, signal }: TrainOnProblemOptions<Batch>,
  trainee: Trainee<Batch>,
  validation: ProblemSplit<Batch>,
) {
  const opened = trainee.open();
  try {
    return await scoreSplit({ tf, problem, split: validation, forward: (batch) => opened.forward(batch), signal });
  } finally {
    opened.dispose();
  }
}

/** Says of each layer how checkpoints hold its weight, as an adapter's file must. */
function asStored<Batch>({ transposedLayers }: LearningProblem<Batch>, updates: TrainedUpdates): TrainedUpdates {
  if (transposedLayers === undefined) return updates;
  return new Map(
    [...updates].map(([name, update]): [string, TrainedUpdate] => [
      name,
      transposedLayers.has(name) ? { ...update, layout: 'TRANSPOSED' } : update,
    ]),
  );
}

function checkSchedule(options: TrainingSchedule): void {
  checkCommonOptions(options);
  if (options.accumulate !== undefined) checkWhole('accumulate', options.accumulate, 1, trainingLimits.accumulate);
  if (options.evaluateEvery !== undefined) checkWhole('evaluateEvery', options.evaluateEvery, 1, options.steps);
  if (options.checkpointEvery !== undefined) checkWhole('checkpointEvery', options.checkpointEvery, 1, options.steps);
  if (options.patience === undefined) return;
  checkWhole('patience', options.patience, 1, options.steps);
  if (options.evaluateEvery !== undefined) return;
  throw trainingErrors.optionInvalid({ option: 'patience', got: 'given', expected: 'evaluateEvery beside it' });
}

function recipeOf<Batch>(
  options: TrainOnProblemOptions<Batch>,
  train: ProblemSplit<Batch>,
  validation: ProblemSplit<Batch> | undefined,
  modules: ReturnType<typeof openMode<Batch>>['modules'],
): Readonly<Record<string, unknown>> {
  const { problem, mode, learningRate, steps, batchSize, accumulate = 1, warmup, weightDecay, seed } = options;
  const { schedule = 'COSINE' } = options;
  const { evaluateEvery = 0, patience = 0, regularizers } = options;
  const start = createHash('sha256');
  for (const [name, { a0, a, b }] of modules)
    start.update(name).update(viewBytes(a0)).update(viewBytes(a)).update(viewBytes(b));
  return {
    kind: 'fine-tuning',
    problem: problem.identity,
    mode: describeMode(mode),
    start: start.digest('hex'),
    regularizers: describeRegularizers(regularizers),
    learningRate,
    steps,
    batchSize,
    accumulate,
    warmup,
    schedule,
    weightDecay,
    seed,
    evaluateEvery,
    patience,
    data: [train.digest, validation?.digest ?? null],
  };
}
