import type { Activation } from '../operations/activation.js';
import { readConfig, type ModelJson } from '../read-config.js';
import type { StoredShapes } from '../model.js';
import { languageLimits as limits } from '../weights/language-limits.js';
import { readTokens } from '../weights/read-tokens.js';

/** The structure of a T5, as transformers' `T5Config` has it. */
export interface T5Config {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly heads: number;
  readonly headSize: number;
  readonly activation: Activation;
  /** T5 v1.1 and Flan-T5: activate(W₀ x) · W₁ x. */
  readonly gated: boolean;
  readonly layerNormEpsilon: number;
  readonly buckets: number;
  readonly maxDistance: number;
  /** What `tie_word_embeddings` says; a head that is stored wins over it. */
  readonly tied: boolean;
  /** Whether hidden states are multiplied with hiddenSize^−½ before a tied head. */
  readonly scaledHead: boolean;
  readonly startToken: number;
  readonly endTokens: readonly number[];
  readonly padToken: number;
}

/**
 * Reads the config.json of a `T5ForConditionalGeneration`. Fields that are absent have the defaults of transformers' `T5Config`.
 *
 * `feed_forward_proj` says both whether the MLP is gated and its activation; `gated-gelu` means the tanh form of GELU, as the published checkpoints of
 * T5 v1.1 were trained.
 *
 * @throws modelErrors.configUnsupported naming the field
 */
export function parseT5Config(model: string, json: ModelJson): T5Config {
  const fields = readConfig(model, json);
  fields.oneOf('model_type', ['t5']);
  const forward = fields.oneOf(
    'feed_forward_proj',
    ['relu', 'gelu', 'gelu_new', 'silu', 'gated-gelu', 'gated-relu', 'gated-silu'],
    'relu',
  );
  const gated = forward.startsWith('gated-');
  const named = (gated ? forward.slice('gated-'.length) : forward) as Activation;
  const encoderLayers = fields.whole('num_layers', 6, limits.layers);
  const vocabularySize = fields.whole('vocab_size', 32_128, limits.vocabulary);
  const tied = fields.flag('tie_word_embeddings', true);
  const buckets = fields.whole('relative_attention_num_buckets', 32, limits.buckets);
  if (buckets % 4 !== 0) throw fields.fail('relative_attention_num_buckets', buckets, 'a multiple of 4');
  const maxDistance = fields.whole('relative_attention_max_distance', 128, limits.positions);
  if (maxDistance <= buckets / 2) {
    throw fields.fail('relative_attention_max_distance', maxDistance, `more than half of the buckets, ${buckets / 2}`);
  }
  return {
    vocabularySize,
    hiddenSize: fields.whole('d_model', 512, limits.hiddenSize),
    intermediateSize: fields.whole('d_ff', 2048, limits.intermediateSize),
    encoderLayers,
    decoderLayers: fields.whole('num_decoder_layers', encoderLayers, limits.layers),
    heads: fields.whole('num_heads', 8, limits.heads),
    headSize: fields.whole('d_kv', 64, limits.hiddenSize),
    activation: forward === 'gated-gelu' ? 'gelu_new' : named,
    gated,
    layerNormEpsilon: fields.epsilon('layer_norm_epsilon', 1e-6),
    buckets,
    maxDistance,
    tied,
    scaledHead: fields.flag('scale_decoder_outputs', tied),
    startToken: readTokens(fields, 'decoder_start_token_id', vocabularySize, [0])[0] ?? 0,
    endTokens: readTokens(fields, 'eos_token_id', vocabularySize, [1]),
    padToken: readTokens(fields, 'pad_token_id', vocabularySize, [0])[0] ?? 0,
  };
}

/** A head that is stored is a head of its own, whatever the configuration says: transformers 5 writes `tie_word_embeddings: true` for T5 v1.1 as well. */
export const adaptT5Config = (config: T5Config, stored: StoredShapes): T5Config =>
  stored.has('lm_head.weight') ? { ...config, tied: false, scaledHead: false } : config;
