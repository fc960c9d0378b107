import type { ModelFamily, ParameterSpecs } from '../model.js';
import { requireInput } from '../model.js';
import { parseVisionConfig, type VisionConfig } from '../vision-config.js';
import { visionLinearLayers, visionParameterShapes } from '../vision-parameters.js';
import { visionTower } from '../vision-tower.js';

/** CLIP's vision tower alone: `CLIPVisionModelWithProjection`. */
export const clipVision: ModelFamily<VisionConfig> = {
  name: 'clip-vision',
  modelTypes: ['clip_vision_model'],
  inputs: ['images'],
  parseConfig: parseVisionConfig,
  outputs: () => ['embedding', 'hidden'],
  widthOf: (config, output) => (output === 'embedding' ? config.projectionSize : config.hiddenSize),
  parameters: (config) => visionSpecs(config),
  linearLayers: visionLinearLayers,
  imageGeometry: (config) => config,
  forward(config, calculus, input, output) {
    const { batch, patches } = requireInput('clip-vision', input, 'images');
    return visionTower(config, calculus, patches, batch, output === 'hidden' ? 'hidden' : 'embedding');
  },
};

export const visionSpecs = (config: VisionConfig): ParameterSpecs =>
  new Map([...visionParameterShapes(config)].map(([name, shape]) => [name, { shape }]));
