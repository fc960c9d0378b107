import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openTensorFolder } from '../tensors/index.js';
import type { Parameter, ParameterMap } from './calculus/model-weights.js';
import { modelErrors } from './errors.js';
import { RAW_PREPROCESSING, type Preprocessing } from './extract-patches.js';
import { modelLimits } from './limits.js';
import { parsePreprocessing } from './parse-preprocessing.js';
import { parseVisionConfig, type VisionConfig } from './vision-config.js';
import { visionParameterShapes } from './vision-parameters.js';

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
  const config = parseVisionConfig(folder, await readJson(join(folder, 'config.json')));
  const preprocessor = join(folder, 'preprocessor_config.json');
  const preprocessing = (await isThere(preprocessor))
    ? parsePreprocessing(folder, await readJson(preprocessor), config.channels)
    : RAW_PREPROCESSING;
  const source = await openTensorFolder(folder, options);
  try {
    const shapes = visionParameterShapes(config);
    for (const [tensor, expected] of shapes) {
      const info = source.tensors.get(tensor);
      if (info === undefined) throw modelErrors.tensorMissing({ model: folder, tensor });
      const got = info.shape;
      if (got.length !== expected.length || got.some((extent, axis) => extent !== expected[axis])) {
        throw modelErrors.tensorMisshapen({ model: folder, tensor, got, expected });
      }
    }
    const parameters = new Map<string, Parameter>();
    for (const [name, shape] of shapes) parameters.set(name, { shape, values: await source.readFloat32(name) });
    return { config, parameters, preprocessing };
  } finally {
    await source.close();
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function readJson(file: string): Promise<unknown> {
  const unreadable = (reason: string, cause?: unknown) => modelErrors.configUnreadable({ file, reason }, cause);
  const size = await stat(file).then(
    (found) => found.size,
    (error: unknown) => {
      throw unreadable('it is not there', error);
    },
  );
  if (size > modelLimits.configBytes)
    throw unreadable(`it has ${size} bytes, at most ${modelLimits.configBytes} are read`);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw unreadable('it is not JSON', error);
  }
}
