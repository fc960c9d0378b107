import type { Activation } from './operations/activation.js';
import type { ImageGeometry } from './extract-patches.js';
import { modelLimits } from './limits.js';
import { checkGeometry, checkHeads, readConfig } from './read-config.js';

/** The structure of a CLIP vision tower, as Hugging Face's `CLIPVisionConfig` has it. */
export interface VisionConfig extends ImageGeometry {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly projectionSize: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
}

/**
 * Reads the config.json of a `CLIPVisionModelWithProjection` or a whole `CLIPModel`. Fields that are absent have the defaults of transformers'
 * `CLIPVisionConfig`. In a whole CLIP, `projection_dim` of the root counts, as it does there.
 *
 * @throws modelErrors.configUnsupported naming the field
 */
export function parseVisionConfig(model: string, json: unknown): VisionConfig {
  const root = readConfig(model, json);
  const type = root.oneOf('model_type', ['clip', 'clip_vision_model']);
  const vision = type === 'clip' ? root.nested('vision_config') : root;
  const config: VisionConfig = {
    hiddenSize: vision.whole('hidden_size', 768, modelLimits.hiddenSize),
    intermediateSize: vision.whole('intermediate_size', 3072, modelLimits.intermediateSize),
    layers: vision.whole('num_hidden_layers', 12, modelLimits.layers),
    heads: vision.whole('num_attention_heads', 12, modelLimits.heads),
    imageSize: vision.whole('image_size', 224, modelLimits.imageSize),
    patchSize: vision.whole('patch_size', 32, modelLimits.imageSize),
    channels: vision.whole('num_channels', 3, modelLimits.channels),
    projectionSize: root.whole('projection_dim', 512, modelLimits.projection),
    activation: vision.oneOf('hidden_act', ['quick_gelu', 'gelu'], 'quick_gelu'),
    layerNormEpsilon: vision.epsilon('layer_norm_eps', 1e-5),
  };
  checkHeads(root.fail, config);
  checkGeometry(root.fail, config);
  return config;
}

/** The config.json that `parseVisionConfig` reads back, and transformers loads as `CLIPVisionModelWithProjection`. */
export function formatVisionConfig(config: VisionConfig): Readonly<Record<string, unknown>> {
  return {
    architectures: ['CLIPVisionModelWithProjection'],
    attention_dropout: 0,
    dtype: 'float32',
    hidden_act: config.activation,
    hidden_size: config.hiddenSize,
    image_size: config.imageSize,
    intermediate_size: config.intermediateSize,
    layer_norm_eps: config.layerNormEpsilon,
    model_type: 'clip_vision_model',
    num_attention_heads: config.heads,
    num_channels: config.channels,
    num_hidden_layers: config.layers,
    patch_size: config.patchSize,
    projection_dim: config.projectionSize,
  };
}
