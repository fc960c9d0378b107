import { openTensorFolder } from '../tensors/index.js';
import type { ParameterMap } from './calculus/model-weights.js';
import { visionSpecs } from './clip/clip-vision.js';
import type { Preprocessing } from './extract-patches.js';
import { loadParameters } from './load-parameters.js';
import { readModelConfig, readPreprocessing } from './read-model-files.js';
import { parseVisionConfig, type VisionConfig } from './vision-config.js';

/** A vision tower in memory, in float32. */
export interface VisionModel {
  readonly config: VisionConfig;
  readonly parameters: ParameterMap;
  readonly preprocessing: Preprocessing;
}

/**
 * Loads a CLIP vision tower, alone or out of a whole CLIP, from a Hugging Face folder: config.json, safetensors in one file or shards (F32, F16, BF16),
 * and preprocessor_config.json where there is one. Of a whole CLIP the text tower is not read. Every shape is checked before any tensor is read.
 *
 * @throws modelErrors, tensorErrors
 */
export async function loadVisionModel(
  folder: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<VisionModel> {
  const config = parseVisionConfig(folder, await readModelConfig(folder));
  const preprocessing = await readPreprocessing(folder, config.channels);
  const source = await openTensorFolder(folder, options);
  try {
    return { config, parameters: await loadParameters(folder, source, visionSpecs(config)), preprocessing };
  } finally {
    await source.close();
  }
}
