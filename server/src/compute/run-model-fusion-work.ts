import { rm } from 'node:fs/promises';
import { runModelFusion } from '@crucible/sdk/model';
import { describeBase } from '../services/describe-base.js';
import type { ComputeContext } from './compute-context.js';
import { fusionThreads } from './fusion-threads.js';
import { listFiles } from './list-files.js';
import { loadStrategies } from './load-strategy.js';
import type { ModelFusionResult, ModelFusionWork } from './model-fusion-protocol.js';
import { reportModelFusion } from './report-model-fusion.js';

/** Fuses whole models; equal work gives equal bytes. On failure nothing is left of the output. */
export async function runModelFusionWork(work: ModelFusionWork, context: ComputeContext): Promise<ModelFusionResult> {
  const { backend, signal, onProgress, onLog } = context;
  const { base, models, dtype, maxShardBytes, vocabulary, seed, outputFolder } = work;
  const { strategy, strategies } = await loadStrategies(work.strategy, work.options);
  const outcome = await runModelFusion({
    strategy,
    strategies,
    options: work.options,
    base: base.folder,
    models,
    outputFolder,
    dtype,
    ...(maxShardBytes === null ? {} : { maxShardBytes }),
    vocabulary,
    seed,
    workers: fusionThreads({ cores: work.threads ?? 1, backend: backend.tf.getBackend(), bytes: work.byteLength }),
    tf: backend.tf,
    signal,
    onProgress,
    onLog,
  });
  try {
    const { architecture, config, digest, parameterCount, imageSize } = await describeBase(outputFolder);
    return {
      kind: 'MODEL_FUSION',
      outputFolder,
      files: await listFiles(outputFolder),
      report: reportModelFusion(outcome),
      timings: outcome.timings.map((timing) => ({ ...timing })),
      model: { architecture, config, digest, parameterCount, imageSize },
    };
  } catch (error) {
    await rm(outputFolder, { recursive: true, force: true });
    throw error;
  }
}
