import { openTensorFolder } from '../tensors/index.js';
import { clipVision } from './clip/clip-vision.js';
import { modelErrors } from './errors.js';
import { parseModelConfig } from './families.js';
import { loadParameters, storedShapes } from './load-parameters.js';
import type { ImageModel } from './image-model.js';
import { loadVisionModel, type VisionModel } from './load-vision-model.js';
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

/**
 * Opens a model to embed images with: a CLIP vision tower, of a whole CLIP that tower alone, or any other family that reads images.
 *
 * @throws modelErrors.inputMissing where the model reads none; as `openModel`
 */
export async function openImageModel(
  folder: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ImageModel> {
  const { family, imageGeometry } = parseModelConfig(folder, await readModelConfig(folder));
  if (imageGeometry === undefined) throw modelErrors.inputMissing({ family, input: 'text, not images' });
  return family === 'clip' || family === 'clip-vision' ? loadVisionModel(folder, options) : openModel(folder, options);
}

/** A vision tower as a model like any other. */
export const visionAsModel = ({ config, parameters, preprocessing }: VisionModel): Model => ({
  ...defineArchitecture(clipVision, config),
  parameters,
  preprocessing,
});
