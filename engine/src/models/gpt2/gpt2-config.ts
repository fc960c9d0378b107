import type { Activation } from '../operations/activation.js';
import { readConfig, type ModelJson } from '../read-config.js';
import { languageLimits as limits } from '../weights/language-limits.js';
import { readTokens, requireValue } from '../weights/read-tokens.js';

/** The structure of a GPT-2, as transformers' `GPT2Config` has it. */
export interface Gpt2Config {
  readonly vocabularySize: number;
  readonly positions: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  /** What attention's scores are multiplied with: 1 / √(size of a head), or 1. */
  readonly scaled: boolean;
  /** Scores of layer i are divided by i + 1 as well. */
  readonly scaledByLayer: boolean;
  /** Whether the head is the token embedding. */
  readonly tied: boolean;
  readonly endTokens: readonly number[];
  readonly padToken: number | undefined;
}

/**
 * Reads the config.json of a `GPT2LMHeadModel`. Fields that are absent have the defaults of transformers' `GPT2Config`.
 *
 * @throws modelErrors.configUnsupported naming the field
 */
export function parseGpt2Config(model: string, json: ModelJson): Gpt2Config {
  const fields = readConfig(model, json);
  fields.oneOf('model_type', ['gpt2']);
  requireValue(fields, 'add_cross_attention', false);
  const hiddenSize = fields.whole('n_embd', 768, limits.hiddenSize);
  const heads = fields.whole('n_head', 12, limits.heads);
  if (hiddenSize % heads !== 0) throw fields.fail('n_head', heads, `a divisor of n_embd ${hiddenSize}`);
  const vocabularySize = fields.whole('vocab_size', 50_257, limits.vocabulary);
  return {
    vocabularySize,
    positions: fields.whole('n_positions', 1024, limits.positions),
    hiddenSize,
    intermediateSize: fields.whole('n_inner', 4 * hiddenSize, limits.intermediateSize),
    layers: fields.whole('n_layer', 12, limits.layers),
    heads,
    activation: fields.activation('activation_function', 'gelu_new'),
    layerNormEpsilon: fields.epsilon('layer_norm_epsilon', 1e-5),
    scaled: fields.flag('scale_attn_weights', true),
    scaledByLayer: fields.flag('scale_attn_by_inverse_layer_idx', false),
    tied: fields.flag('tie_word_embeddings', true),
    endTokens: readTokens(fields, 'eos_token_id', vocabularySize),
    padToken: readTokens(fields, 'pad_token_id', vocabularySize)[0],
  };
}
