import { openTensorFolder } from '../tensors/index.js';
import { clipVision } from './clip/clip-vision.js';
import { parseModelConfig } from './families.js';
import { loadParameters, storedShapes } from './load-parameters.js';
import type { VisionModel } from './load-vision-model.js';
import { defineArchitecture, type Model } from './model.js';
import { readModelConfig, readPreprocessing } from './read-model-files.js';

/**
 * Opens a model of any known family from a Hugging Face folder: config.json, safetensors in one file or shards (F32, F16, BF16), and
 * preprocessor_config.json where there is one.
 *
 * @throws modelErrors, tensorErrors
 */
export async function openModel(folder: string, options: { readonly signal?: AbortSignal } = {}): Promise<Model> {
  const json = await readModelConfig(folder);
  // A configuration that is not understood is told before the weights, which may be large or absent, are looked at.
  parseModelConfig(folder, json);
  const source = await openTensorFolder(folder, options);
  try {
    const architecture = parseModelConfig(folder, json, storedShapes(source));
    const { imageGeometry, parameterSpecs } = architecture;
    const preprocessing =
      imageGeometry === undefined ? undefined : await readPreprocessing(folder, imageGeometry.channels);
    return { ...architecture, preprocessing, parameters: await loadParameters(folder, source, parameterSpecs) };
  } finally {
    await source.close();
  }
}

/** A vision tower as a model like any other. */
export const visionAsModel = ({ config, parameters, preprocessing }: VisionModel): Model => ({
  ...defineArchitecture(clipVision, config),
  parameters,
  preprocessing,
});
