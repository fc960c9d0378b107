import { createKeyedRandom } from '../random/index.js';
import type { Parameter, ParameterMap } from './calculus/model-weights.js';
import type { VisionConfig } from './vision-config.js';
import { VISION, visionParameterShapes } from './vision-parameters.js';

/**
 * Random weights as transformers' `CLIPPreTrainedModel._init_weights` draws them: normal, with the deviations of the CLIP paper's code; norms are 1 and
 * 0, biases 0. A tensor depends on the seed and its own name alone.
 */
export function initializeVisionModel(config: VisionConfig, seed: number): ParameterMap {
  const random = createKeyedRandom(seed);
  const parameters = new Map<string, Parameter>();
  for (const [name, shape] of visionParameterShapes(config)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const deviation = deviationOf(config, name);
    let values = new Float32Array(size);
    if (deviation === undefined) {
      if (name.endsWith('.weight')) values.fill(1);
    } else {
      values = random.normal(['initialize', name], size).map((x) => x * deviation);
    }
    parameters.set(name, { shape, values });
  }
  return parameters;
}

/** Undefined for norms and biases. */
function deviationOf({ hiddenSize, layers }: VisionConfig, name: string): number | undefined {
  const width = hiddenSize ** -0.5;
  const depth = (2 * layers) ** -0.5;
  if (name.endsWith('.bias') || /norm\d?\.weight$/.test(name)) return undefined;
  if (name === VISION.classToken || name.startsWith(VISION.projection)) return width;
  if (name.startsWith('vision_model.embeddings.')) return 0.02;
  if (/\.(q_proj|k_proj|v_proj|fc2)\.weight$/.test(name)) return width * depth;
  if (name.endsWith('.fc1.weight')) return (2 * hiddenSize) ** -0.5;
  return width;
}
