import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFrame, writeAdapter, type AdapterManifest } from '@crucible/engine/adapters';
import {
  modeOf,
  trainOnProblem,
  type AdapterRecipe,
  type TrainingMethod,
  type TrainedUpdates,
  type TrainingOutcome,
} from '@crucible/engine/training';
import { adapterFacts } from './adapter-facts.js';
import type { ComputeContext } from './compute-context.js';
import { openLearning } from './open-learning.js';
import type { TrainingResult, TrainingWork } from './protocol.js';
import { readUpdates } from './read-updates.js';
import { settleTraining } from './settle-training.js';

/** Modes whose adapters are tangents of the network, and are scored as such. */
const TANGENT_MODES: ReadonlySet<TrainingMethod> = new Set(['NETWORK_LINEARIZED', 'FULL_LINEARIZED']);

/** Trains one adapter; goes on from the checkpoint of an earlier attempt, to the same bytes. */
export async function runTrainingWork(work: TrainingWork, context: ComputeContext): Promise<TrainingResult> {
  const { backend, signal, onProgress } = context;
  const { options, seed, method } = work;
  const mode = options.mode ?? (method === 'LORA' ? 'LORA' : 'L_LORA');
  const frame = work.frame === null ? undefined : await openFrame(work.frame);
  const { problem, task, baseDigest, close } = await openLearning(work, backend.tf, signal);
  try {
    const accumulate = options.accumulate ?? 1;
    const perEpoch = Math.max(1, Math.floor(task.trainCount / (options.batchSize * accumulate)));
    const steps = perEpoch * options.epochs;
    await mkdir(work.checkpointFolder, { recursive: true });
    const recipe: AdapterRecipe = {
      tf: backend.tf,
      method: mode,
      // Of whole weights neither means anything.
      rank: options.rank || 1,
      alpha: options.alpha || 1,
      rankStabilized: options.rankStabilized ?? false,
      dropout: options.dropout ?? 0,
      accumulate,
      linearizedModules: options.linearizedModules ?? undefined,
      regularizers: {
        norm: options.normPenalty ?? 0,
        orthogonality: {
          weight: options.orthogonality ?? 0,
          to: await Promise.all(work.orthogonalTo.map(readUpdates)),
        },
      },
      targetModules: options.targetModules,
      frame: frame === undefined ? { seed } : { factors: await frameFactors(frame) },
      learningRate: options.learningRate,
      schedule: options.schedule ?? 'COSINE',
      weightDecay: options.weightDecay,
      batchSize: options.batchSize,
      steps,
      warmup: Math.round(steps * options.warmup),
      seed,
      evaluateEvery: perEpoch,
      patience: Math.min(options.patience, steps),
      signal,
    };
    const settled = await settleTraining({ ...recipe, problem, mode: modeOf(recipe) }, work, context);
    const result = await trainOnProblem({
      ...settled.training,
      checkpointPath: join(work.checkpointFolder, 'training.safetensors'),
      onProgress: ({ step, steps: total }) => onProgress({ phase: 'TRAIN', done: step, total }),
    });
    const manifest: AdapterManifest = {
      version: 1,
      name: work.name,
      method,
      rank: result.rank,
      alpha: settled.settings.alpha ?? (options.alpha || result.scale * result.rank),
      scale: result.scale,
      targetModules: [...options.targetModules],
      baseDigest,
      ...(frame === undefined ? {} : { frameDigest: frame.digest }),
      ...(TANGENT_MODES.has(mode) && { form: 'TANGENT' }),
      provenance: { kind: 'TRAINING', task: task.name, taskDigest: task.digest, seed, steps: result.bestStep },
    };
    await writeAdapter(work.outputPath, manifest, modulesOf(result.updates), { signal });
    await rm(work.checkpointFolder, { recursive: true, force: true });
    return {
      kind: 'TRAINING',
      path: work.outputPath,
      adapter: await adapterFacts(work.outputPath),
      history: historyOf(result, perEpoch),
      settings: settled.settings,
      probes: settled.probes,
      trials: settled.trials,
    };
  } finally {
    await close();
    await frame?.close();
  }
}

async function frameFactors(frame: Awaited<ReturnType<typeof openFrame>>): Promise<ReadonlyMap<string, Float32Array>> {
  const factors = new Map<string, Float32Array>();
  for (const name of frame.modules.keys()) factors.set(name, await frame.readA(name));
  return factors;
}

function modulesOf(updates: TrainedUpdates): Parameters<typeof writeAdapter>[2] {
  return [...updates].map(([name, { a, b, rank, scale, ...layout }]) => ({
    info: { name, rank, scale, inFeatures: a.length / rank, outFeatures: b.length / rank, ...layout },
    factors: () => ({ a, b }),
  }));
}

/** Mean training loss and validation accuracy of every epoch. */
function historyOf({ history }: TrainingOutcome, perEpoch: number): TrainingResult['history'] {
  return history.validation.map(({ step, accuracy }, epoch) => {
    const losses = history.losses.subarray(epoch * perEpoch, step);
    return {
      epoch: epoch + 1,
      loss: losses.reduce((sum, loss) => sum + loss, 0) / Math.max(1, losses.length),
      validationAccuracy: accuracy,
    };
  });
}
