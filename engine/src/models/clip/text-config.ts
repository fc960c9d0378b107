import type { Activation } from '../operations/activation.js';
import { modelLimits } from '../limits.js';
import { checkHeads, readConfig } from '../read-config.js';

/** The structure of a CLIP text tower, as Hugging Face's `CLIPTextConfig` has it. */
export interface TextTowerConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly maxTokens: number;
  readonly projectionSize: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  readonly padId: number;
  readonly endId: number;
}

/**
 * Reads the config.json of a `CLIPTextModelWithProjection` or a whole `CLIPModel`; absent fields have transformers' defaults. In a whole CLIP,
 * `projection_dim` of the root counts.
 *
 * @throws modelErrors.configUnsupported naming the field
 */
export function parseTextTowerConfig(model: string, json: unknown): TextTowerConfig {
  const root = readConfig(model, json);
  const type = root.oneOf('model_type', ['clip', 'clip_text_model']);
  const text = type === 'clip' ? root.nested('text_config') : root;
  const vocabulary = text.whole('vocab_size', 49_408, modelLimits.vocabulary);
  const config: TextTowerConfig = {
    hiddenSize: text.whole('hidden_size', 512, modelLimits.hiddenSize),
    intermediateSize: text.whole('intermediate_size', 2048, modelLimits.intermediateSize),
    layers: text.whole('num_hidden_layers', 12, modelLimits.layers),
    heads: text.whole('num_attention_heads', 8, modelLimits.heads),
    vocabulary,
    maxTokens: text.whole('max_position_embeddings', 77, modelLimits.positions),
    projectionSize: root.whole('projection_dim', 512, modelLimits.projection),
    activation: text.activation('hidden_act', 'quick_gelu'),
    layerNormEpsilon: text.epsilon('layer_norm_eps', 1e-5),
    padId: text.id('pad_token_id', 1, modelLimits.vocabulary),
    endId: text.id('eos_token_id', 49_407, modelLimits.vocabulary),
  };
  checkHeads(root.fail, config);
  return config;
}
