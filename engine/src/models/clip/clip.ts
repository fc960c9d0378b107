import { modelErrors } from '../errors.js';
import type { ModelFamily } from '../model.js';
import { parseVisionConfig, type VisionConfig } from '../vision-config.js';
import { visionLinearLayers } from '../vision-parameters.js';
import { visionTower } from '../vision-tower.js';
import { visionSpecs } from './clip-vision.js';
import { parseTextTowerConfig, type TextTowerConfig } from './text-config.js';
import { textTower, textTowerSpecs } from './text-tower.js';

export interface ClipConfig {
  readonly vision: VisionConfig;
  readonly text: TextTowerConfig;
}

/** Cosines are multiplied with the exponential of this scalar. */
export const LOGIT_SCALE = 'logit_scale';

/**
 * Both towers of `CLIPModel`. Given images it embeds images, given texts texts; what compares the two is `cosineLogits`, as in every cosine head.
 */
export const clip: ModelFamily<ClipConfig> = {
  name: 'clip',
  modelTypes: ['clip'],
  inputs: ['images', 'text'],
  parseConfig: (model, json) => ({ vision: parseVisionConfig(model, json), text: parseTextTowerConfig(model, json) }),
  outputs: () => ['embedding', 'hidden'],
  widthOf: ({ vision }, output) => (output === 'embedding' ? vision.projectionSize : vision.hiddenSize),
  parameters: ({ vision, text }) =>
    new Map([...visionSpecs(vision), ...textTowerSpecs(text).specs, [LOGIT_SCALE, { shape: [] }]]),
  linearLayers: ({ vision, text }) => new Map([...visionLinearLayers(vision), ...textTowerSpecs(text).linears]),
  imageGeometry: ({ vision }) => vision,
  textGeometry: ({ text }) => text,
  forward({ vision, text }, calculus, input, output) {
    const part = output === 'hidden' ? 'hidden' : 'embedding';
    if (input.images !== undefined) {
      return visionTower(vision, calculus, input.images.patches, input.images.batch, part);
    }
    if (input.text !== undefined) return textTower(text, calculus, input.text, part);
    throw modelErrors.inputMissing({ family: 'clip', input: 'images or text' });
  },
};
