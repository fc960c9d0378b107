import type { Activation } from './operations/activation.js';
import { modelErrors } from './errors.js';
import { modelLimits } from './limits.js';

/** The structure of a CLIP vision tower, as Hugging Face's `CLIPVisionConfig` has it. */
export interface VisionConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
  readonly projectionSize: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the config.json of a `CLIPVisionModelWithProjection` or a whole `CLIPModel`. Fields that are absent have the defaults of transformers'
 * `CLIPVisionConfig`. In a whole CLIP, `projection_dim` of the root counts, as it does there.
 *
 * @throws modelErrors.configUnsupported naming the field
 */
export function parseVisionConfig(model: string, json: unknown): VisionConfig {
  const fail = (field: string, got: unknown, expected: string) =>
    modelErrors.configUnsupported({ model, field, got: JSON.stringify(got) ?? 'absent', expected });
  if (!isObject(json)) throw fail('the root', json, 'an object');
  const type = json['model_type'];
  if (type !== 'clip' && type !== 'clip_vision_model') throw fail('model_type', type, 'clip or clip_vision_model');
  const vision = type === 'clip' ? (json['vision_config'] ?? {}) : json;
  if (!isObject(vision)) throw fail('vision_config', vision, 'an object');

  const whole = (source: Json, field: string, fallback: number, most: number): number => {
    const got = source[field] ?? fallback;
    if (typeof got !== 'number' || !Number.isInteger(got) || got < 1 || got > most) {
      throw fail(field, got, `a whole number from 1 to ${most}`);
    }
    return got;
  };
  const activation = vision['hidden_act'] ?? 'quick_gelu';
  if (activation !== 'quick_gelu' && activation !== 'gelu') throw fail('hidden_act', activation, 'quick_gelu or gelu');
  const layerNormEpsilon = vision['layer_norm_eps'] ?? 1e-5;
  if (typeof layerNormEpsilon !== 'number' || !(layerNormEpsilon > 0 && layerNormEpsilon < 1)) {
    throw fail('layer_norm_eps', layerNormEpsilon, 'a number between 0 and 1');
  }
  const config: VisionConfig = {
    hiddenSize: whole(vision, 'hidden_size', 768, modelLimits.hiddenSize),
    intermediateSize: whole(vision, 'intermediate_size', 3072, modelLimits.intermediateSize),
    layers: whole(vision, 'num_hidden_layers', 12, modelLimits.layers),
    heads: whole(vision, 'num_attention_heads', 12, modelLimits.heads),
    imageSize: whole(vision, 'image_size', 224, modelLimits.imageSize),
    patchSize: whole(vision, 'patch_size', 32, modelLimits.imageSize),
    channels: whole(vision, 'num_channels', 3, modelLimits.channels),
    projectionSize: whole(json, 'projection_dim', 512, modelLimits.projection),
    activation,
    layerNormEpsilon,
  };
  if (config.hiddenSize % config.heads !== 0) {
    throw fail('num_attention_heads', config.heads, `a divisor of hidden_size ${config.hiddenSize}`);
  }
  if (config.patchSize > config.imageSize) {
    throw fail('patch_size', config.patchSize, `at most image_size ${config.imageSize}`);
  }
  if (tokensPerImage(config) > modelLimits.tokens) {
    throw fail('image_size', config.imageSize, `at most ${modelLimits.tokens} patches and class token`);
  }
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

/** A rest at the right and lower border that fills no patch is left out, as a convolution without padding does. */
export const patchesPerSide = ({ imageSize, patchSize }: VisionConfig): number => Math.floor(imageSize / patchSize);

/** Patches and the class token. */
export const tokensPerImage = (config: VisionConfig): number => patchesPerSide(config) ** 2 + 1;
