import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { scoreEmbeddings, type CosineHead } from '../evaluation/index.js';
import {
  embedImages,
  extractPatches,
  foldUpdates,
  matchTargets,
  ModelWeights,
  visionLinearLayers,
  type LowRankUpdates,
  type Parameter,
  type TensorFlow,
  type VisionModel,
} from '../models/index.js';
import type { Examples, Split } from '../tasks/task.js';
import { viewBytes } from '../tensors/index.js';
import { createMoments } from './adamw.js';
import { stepAdapter, type TrainedModule } from './adapter-step.js';
import { batchOrder } from './batch-order.js';
import { checkCommonOptions, checkNumber, checkWhole } from './check-options.js';
import { fingerprintTraining, momentEntries, restoreCheckpoint, writeCheckpoint } from './checkpoint.js';
import { drawFrame } from './draw-frame.js';
import { trainingErrors } from './errors.js';
import { trainingLimits } from './limits.js';
import { learningRateAt } from './schedule.js';

/** `LORA` trains A and B; `L_LORA` linearizes every adapted layer at (A0, 0), where only B matters, and trains B alone. */
export type TrainedMethod = 'LORA' | 'L_LORA';

export interface TrainAdapterOptions {
  readonly tf: TensorFlow;
  readonly model: VisionModel;
  /** Its `train` split is learned; its `validation` split decides when to stop, if `evaluateEvery` is given. `test` is never read. */
  readonly task: { readSplit(split: Split): Promise<Examples> };
  readonly head: CosineHead;
  readonly method: TrainedMethod;
  readonly rank: number;
  /** The factor on B A is alpha / rank. */
  readonly alpha: number;
  readonly targetModules: readonly string[];
  /** Where A starts: drawn from a seed (`drawFrame`), or given by module. Adapters of one frame fuse exactly. */
  readonly frame: { readonly seed: number } | { readonly factors: ReadonlyMap<string, Float32Array> };
  readonly learningRate: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly warmup: number;
  readonly weightDecay: number;
  /** Of the order of the examples. */
  readonly seed: number;
  /** Steps between two looks at `validation`; without it the last state is the result. */
  readonly evaluateEvery?: number;
  /** Looks without a lower validation loss after which training stops; without it all steps are taken. The best state is the result either way. */
  readonly patience?: number;
  /** A training that was killed goes on from here, to the same bytes. */
  readonly checkpointPath?: string;
  readonly checkpointEvery?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AdapterProgress) => void;
}

export interface AdapterProgress {
  /** Steps that are done. */
  readonly step: number;
  readonly steps: number;
  /** Of this step's batch, before the step. */
  readonly loss: number;
  readonly learningRate: number;
  readonly validation?: ValidationPoint;
}

export interface ValidationPoint {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface AdapterTrainingResult {
  /** By module: A `[rank, in]` and B `[out, rank]`, with rank and scale. For `L_LORA`, A is A0 to the bit. */
  readonly updates: LowRankUpdates;
  /** A0 by module. */
  readonly frame: ReadonlyMap<string, Float32Array>;
  readonly rank: number;
  readonly scale: number;
  readonly modules: readonly string[];
  /** Steps after which the result's state was reached. */
  readonly bestStep: number;
  readonly history: { readonly losses: Float32Array; readonly validation: readonly ValidationPoint[] };
}

/**
 * Trains one adapter by AdamW on mean cross-entropy of the frozen head's cosine logits. The same options give the same bytes on the same backend,
 * whether or not the training was killed in between.
 */
export async function trainAdapter(options: TrainAdapterOptions): Promise<AdapterTrainingResult> {
  checkOptions(options);
  const { tf, model, rank, alpha, steps, signal, checkpointPath, evaluateEvery } = options;
  const { checkpointEvery = evaluateEvery ?? 50 } = options;
  const train = await options.task.readSplit('train');
  const validation = evaluateEvery === undefined ? undefined : await options.task.readSplit('validation');
  checkWhole('batchSize', options.batchSize, 1, Math.min(trainingLimits.batchSize, train.count));
  const scale = alpha / rank;
  const frame = startingFrame(options);
  const modules = createModules(options, frame, scale);
  const run = createState(options, modules);
  const fingerprint = fingerprintTraining(recipeOf(options, train, validation), model.parameters);
  const first = checkpointPath === undefined ? 0 : await restoreCheckpoint(checkpointPath, fingerprint, run.state);
  const order = batchOrder(options.seed, train.count, options.batchSize);
  const weights = new ModelWeights(tf, model.parameters);
  let done = first;
  try {
    while (done < steps && !run.isStale(done)) {
      await setImmediate();
      signal?.throwIfAborted();
      const indices = order(done);
      const patches = extractPatches(model.config, train, model.preprocessing, indices);
      const labels = Int32Array.from(indices, (index) => train.labels[index]!);
      const learningRate = learningRateAt(options, done);
      const batch = { tf, config: model.config, weights, head: options.head, modules, patches, labels };
      const loss = await stepAdapter(batch, done + 1, { learningRate, weightDecay: options.weightDecay });
      if (!Number.isFinite(loss)) throw trainingErrors.diverged({ step: done, learningRate });
      run.losses[done] = loss;
      done += 1;
      let point: ValidationPoint | undefined;
      if (validation !== undefined && run.looksNow(done)) {
        point = { step: done, ...(await validate(options, weights, modules, validation)) };
        run.record(point);
      }
      if (checkpointPath !== undefined && (done % checkpointEvery === 0 || done === steps || run.isStale(done))) {
        await writeCheckpoint(checkpointPath, fingerprint, done, run.state);
      }
      options.onProgress?.({
        step: done,
        steps,
        loss,
        learningRate,
        ...(point !== undefined && { validation: point }),
      });
    }
  } finally {
    weights.dispose();
  }
  return { ...run.result(done), frame, rank, scale, modules: [...modules.keys()] };
}

function checkOptions(options: TrainAdapterOptions): void {
  checkCommonOptions(options);
  checkWhole('rank', options.rank, 1, trainingLimits.rank);
  checkNumber('alpha', options.alpha, (x) => x > 0, 'a number above 0');
  if (options.evaluateEvery !== undefined) checkWhole('evaluateEvery', options.evaluateEvery, 1, options.steps);
  if (options.checkpointEvery !== undefined) checkWhole('checkpointEvery', options.checkpointEvery, 1, options.steps);
  if (options.patience === undefined) return;
  checkWhole('patience', options.patience, 1, options.steps);
  if (options.evaluateEvery !== undefined) return;
  throw trainingErrors.optionInvalid({ option: 'patience', got: 'given', expected: 'evaluateEvery beside it' });
}

function startingFrame({ model, targetModules, frame, rank }: TrainAdapterOptions): ReadonlyMap<string, Float32Array> {
  const layers = visionLinearLayers(model.config);
  const targets = new Map(matchTargets(layers.keys(), targetModules).map((name) => [name, layers.get(name)!]));
  if ('seed' in frame) return drawFrame(frame.seed, targets, rank);
  for (const [name, { inFeatures }] of targets) {
    const got = frame.factors.get(name)?.length;
    if (got === rank * inFeatures) continue;
    const expected = `${rank} × ${inFeatures} entries for ${name}`;
    throw trainingErrors.optionInvalid({ option: 'frame', got: String(got ?? 'nothing'), expected });
  }
  return new Map([...targets.keys()].map((name) => [name, frame.factors.get(name)!.slice()]));
}

function createModules(
  { model, method, rank }: TrainAdapterOptions,
  frame: ReadonlyMap<string, Float32Array>,
  scale: number,
): ReadonlyMap<string, TrainedModule> {
  const layers = visionLinearLayers(model.config);
  const modules = new Map<string, TrainedModule>();
  for (const [name, a0] of frame) {
    const b = new Float32Array(layers.get(name)!.outFeatures * rank);
    const common = { rank, scale, a: a0.slice(), b, momentsOfB: createMoments(b.length) };
    modules.set(name, {
      ...common,
      ...(method === 'LORA' ? { momentsOfA: createMoments(a0.length) } : { frame: { a0 } }),
    });
  }
  return modules;
}

/** What changes while the training runs, and which of it is the best so far. */
function createState(
  { steps, evaluateEvery, patience }: TrainAdapterOptions,
  modules: ReadonlyMap<string, TrainedModule>,
) {
  const looks = evaluateEvery === undefined ? 0 : Math.ceil(steps / evaluateEvery);
  const losses = new Float32Array(steps);
  const [lookLosses, lookAccuracies] = [new Float32Array(looks), new Float32Array(looks)];
  const best = new Map([...modules].map(([name, { a, b }]) => [name, { a: a.slice(), b: b.slice() }]));
  const entries: [string, Parameter][] = [
    ['losses', { shape: [steps], values: losses }],
    ['validation.losses', { shape: [looks], values: lookLosses }],
    ['validation.accuracies', { shape: [looks], values: lookAccuracies }],
  ];
  for (const [name, { a, b, momentsOfA, momentsOfB }] of modules) {
    const flat = (values: Float32Array): Parameter => ({ shape: [values.length], values });
    entries.push([`a.${name}`, flat(a)], [`b.${name}`, flat(b)], ...momentEntries(`b.${name}`, momentsOfB));
    if (momentsOfA !== undefined) entries.push(...momentEntries(`a.${name}`, momentsOfA));
    entries.push([`best.a.${name}`, flat(best.get(name)!.a)], [`best.b.${name}`, flat(best.get(name)!.b)]);
  }
  const lookIndex = (done: number): number => Math.ceil(done / evaluateEvery!) - 1;
  /** How many looks were taken after `done` steps. */
  const looksAfter = (done: number): number =>
    evaluateEvery === undefined ? 0 : done === steps ? looks : Math.floor(done / evaluateEvery);
  const bestLook = (taken: number): number => {
    let at = 0;
    for (let look = 1; look < taken; look += 1) if (lookLosses[look]! < lookLosses[at]!) at = look;
    return at;
  };
  const stepOfLook = (look: number): number => Math.min(steps, (look + 1) * evaluateEvery!);
  return {
    losses,
    state: new Map(entries),
    record({ step, loss, accuracy }: ValidationPoint): void {
      const look = lookIndex(step);
      lookLosses[look] = loss;
      lookAccuracies[look] = accuracy;
      if (bestLook(look + 1) !== look) return;
      for (const [name, { a, b }] of modules) {
        best.get(name)!.a.set(a);
        best.get(name)!.b.set(b);
      }
    },
    looksNow: (done: number): boolean => done === steps || (evaluateEvery !== undefined && done % evaluateEvery === 0),
    isStale(done: number): boolean {
      const taken = looksAfter(done);
      return patience !== undefined && taken > 0 && taken - 1 - bestLook(taken) >= patience;
    },
    result(done: number) {
      const taken = looksAfter(done);
      const updates = new Map(
        [...modules].map(([name, { rank, scale, a, b }]) => {
          const kept = taken === 0 ? { a, b } : best.get(name)!;
          return [name, { rank, scale, a: kept.a.slice(), b: kept.b.slice() }];
        }),
      );
      const validation = Array.from({ length: taken }, (_, look) => ({
        step: stepOfLook(look),
        loss: lookLosses[look]!,
        accuracy: lookAccuracies[look]!,
      }));
      const bestStep = taken === 0 ? done : stepOfLook(bestLook(taken));
      return { updates, bestStep, history: { losses: losses.slice(0, done), validation } };
    },
  };
}

async function validate(
  { tf, model, head, signal }: TrainAdapterOptions,
  weights: ModelWeights,
  modules: ReadonlyMap<string, TrainedModule>,
  examples: Examples,
): Promise<{ loss: number; accuracy: number }> {
  // For L_LORA, A is A0: folding (A, B) is the linearized layer itself.
  const folded = foldUpdates(tf, weights, modules);
  try {
    const { config, preprocessing } = model;
    const embeddings = await embedImages({ tf, config, preprocessing, weights: folded, images: examples, signal });
    return scoreEmbeddings(embeddings, examples.labels, head, 'validation');
  } finally {
    folded.dispose();
  }
}

function recipeOf(options: TrainAdapterOptions, train: Examples, validation: Examples | undefined) {
  const { model, head, method, rank, alpha, targetModules, frame, learningRate, steps, batchSize, warmup } = options;
  const { weightDecay, seed, evaluateEvery = 0, patience = 0 } = options;
  const hash = createHash('sha256').update(viewBytes(head.weight)).update(String(head.logitScale));
  for (const examples of [train, validation ?? train]) hash.update(examples.pixels).update(viewBytes(examples.labels));
  if ('factors' in frame) for (const [name, a] of frame.factors) hash.update(name).update(viewBytes(a));
  return {
    kind: 'adapter',
    method,
    rank,
    alpha,
    targetModules,
    learningRate,
    steps,
    batchSize,
    warmup,
    weightDecay,
    seed,
    evaluateEvery,
    patience,
    config: model.config,
    preprocessing: model.preprocessing,
    frameSeed: 'seed' in frame ? frame.seed : null,
    data: hash.digest('hex'),
  };
}
