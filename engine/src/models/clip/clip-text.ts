import { requireInput, type ModelFamily, type ModelOutput } from '../model.js';
import { parseTextTowerConfig, type TextTowerConfig } from './text-config.js';
import { textTower, textTowerSpecs } from './text-tower.js';

/** CLIP's text tower alone: `CLIPTextModelWithProjection`. */
export const clipText: ModelFamily<TextTowerConfig> = {
  name: 'clip-text',
  modelTypes: ['clip_text_model'],
  inputs: ['text'],
  parseConfig: parseTextTowerConfig,
  outputs: () => ['embedding', 'pooled', 'hidden'],
  widthOf: (config, output) => (output === 'embedding' ? config.projectionSize : config.hiddenSize),
  parameters: (config) => textTowerSpecs(config).specs,
  linearLayers: (config) => textTowerSpecs(config).linears,
  textGeometry: (config) => config,
  forward: (config, calculus, input, output) =>
    textTower(config, calculus, requireInput('clip-text', input, 'text'), towerOutput(output)),
};

export const towerOutput = (output: ModelOutput): 'embedding' | 'pooled' | 'hidden' =>
  output === 'hidden' || output === 'pooled' ? output : 'embedding';
