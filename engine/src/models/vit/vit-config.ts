import type { ImageGeometry } from '../extract-patches.js';
import { modelLimits } from '../limits.js';
import type { StoredShapes } from '../model.js';
import type { Activation } from '../operations/activation.js';
import { checkGeometry, checkHeads, readConfig } from '../read-config.js';

/** The structure of a ViT, as Hugging Face's `ViTConfig` has it. */
export interface VitConfig extends ImageGeometry {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  readonly queryBias: boolean;
  /** Before every name: `vit.` under a classifier, nothing in a bare `ViTModel`. */
  readonly prefix: string;
  /** Classes of the stored classifier; 0 without one. */
  readonly classes: number;
}

/** @throws modelErrors.configUnsupported naming the field */
export function parseVitConfig(model: string, json: unknown): VitConfig {
  const root = readConfig(model, json);
  root.oneOf('model_type', ['vit']);
  const config: VitConfig = {
    hiddenSize: root.whole('hidden_size', 768, modelLimits.hiddenSize),
    intermediateSize: root.whole('intermediate_size', 3072, modelLimits.intermediateSize),
    layers: root.whole('num_hidden_layers', 12, modelLimits.layers),
    heads: root.whole('num_attention_heads', 12, modelLimits.heads),
    imageSize: root.whole('image_size', 224, modelLimits.imageSize),
    patchSize: root.whole('patch_size', 16, modelLimits.imageSize),
    channels: root.whole('num_channels', 3, modelLimits.channels),
    activation: root.activation('hidden_act', 'gelu'),
    layerNormEpsilon: root.epsilon('layer_norm_eps', 1e-12),
    queryBias: root.flag('qkv_bias', true),
    prefix: 'vit.',
    classes: 0,
  };
  checkHeads(root.fail, config);
  checkGeometry(root.fail, config);
  return config;
}

export const adaptVitConfig = (config: VitConfig, stored: StoredShapes): VitConfig => ({
  ...config,
  prefix: stored.has('vit.embeddings.cls_token') || !stored.has('embeddings.cls_token') ? 'vit.' : '',
  classes: stored.get('classifier.weight')?.[0] ?? 0,
});
