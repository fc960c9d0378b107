import type { Activation } from '../operations/activation.js';
import { checkHeads, readConfig, type ConfigReader, type ModelJson } from '../read-config.js';
import { languageLimits as limits } from '../weights/language-limits.js';
import { readPositive, readTokens, requireValue } from '../weights/read-tokens.js';
import type { RotaryScaling } from './rotary-frequencies.js';

/** The structure of a Llama, as transformers' `LlamaConfig` has it, and of models that differ from it in biases alone. */
export interface LlamaConfig {
  readonly vocabularySize: number;
  readonly positions: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Each pair of key and value serves heads / keyValueHeads queries. */
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly activation: Activation;
  readonly rmsNormEpsilon: number;
  readonly rotaryTheta: number;
  readonly rotaryScaling: RotaryScaling;
  /** Which linear layers have a bias. */
  readonly biases: { readonly queryKeyValue: boolean; readonly output: boolean; readonly mlp: boolean };
  readonly tied: boolean;
  readonly endTokens: readonly number[];
  readonly padToken: number | undefined;
}

/**
 * Reads the config.json of a `LlamaForCausalLM`, `MistralForCausalLM` or `Qwen2ForCausalLM`, in the layout of transformers 4 (`rope_theta`,
 * `rope_scaling`) or 5 (`rope_parameters`). Kinds of rotary scaling that are not computed are refused by name, and so is attention in a sliding window.
 *
 * @throws modelErrors.configUnsupported naming the field
 */
export function parseLlamaConfig(model: string, json: ModelJson): LlamaConfig {
  const fields = readConfig(model, json);
  const type = fields.oneOf('model_type', ['llama', 'mistral', 'qwen2']);
  const hiddenSize = fields.whole('hidden_size', 4096, limits.hiddenSize);
  const heads = fields.whole('num_attention_heads', 32, limits.heads);
  const keyValueHeads = fields.whole('num_key_value_heads', heads, limits.heads);
  if (heads % keyValueHeads !== 0) {
    throw fields.fail('num_key_value_heads', keyValueHeads, `a divisor of num_attention_heads ${heads}`);
  }
  if (!fields.has('head_dim')) checkHeads(fields.fail, { hiddenSize, heads });
  const headSize = fields.whole('head_dim', Math.floor(hiddenSize / heads), limits.hiddenSize);
  if (headSize % 2 !== 0) throw fields.fail('head_dim', headSize, 'an even number, for rotary positions turn pairs');
  const positions = fields.whole('max_position_embeddings', 2048, limits.positions);
  checkWindow(type, fields, positions);
  const vocabularySize = fields.whole('vocab_size', 32_000, limits.vocabulary);
  const attentionBias = fields.flag('attention_bias', false);
  return {
    vocabularySize,
    positions,
    hiddenSize,
    intermediateSize: fields.whole('intermediate_size', 11_008, limits.intermediateSize),
    layers: fields.whole('num_hidden_layers', 32, limits.layers),
    heads,
    keyValueHeads,
    headSize,
    activation: fields.activation('hidden_act', 'silu'),
    rmsNormEpsilon: fields.epsilon('rms_norm_eps', 1e-6),
    ...parseRotary(fields),
    biases: {
      queryKeyValue: type === 'qwen2' || attentionBias,
      output: type !== 'qwen2' && attentionBias,
      mlp: fields.flag('mlp_bias', false),
    },
    tied: fields.flag('tie_word_embeddings', false),
    endTokens: readTokens(fields, 'eos_token_id', vocabularySize),
    padToken: readTokens(fields, 'pad_token_id', vocabularySize)[0],
  };
}

/** A window as wide as the context hides nothing. */
function checkWindow(type: string, fields: ConfigReader, positions: number): void {
  if (type === 'llama' || (type === 'qwen2' && !fields.flag('use_sliding_window', false))) return;
  // Mistral 7B's first version had a window, and transformers gives it to a configuration that is silent; null is none.
  if (fields.json['sliding_window'] === null) return;
  const window = fields.whole('sliding_window', 4096, limits.positions);
  if (window < positions) throw fields.fail('sliding_window', window, `null, or at least ${positions}`);
}

function parseRotary(fields: ConfigReader): Pick<LlamaConfig, 'rotaryTheta' | 'rotaryScaling'> {
  const part = fields.nested(fields.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling');
  for (const source of [fields, part]) requireValue(source, 'partial_rotary_factor', 1);
  const rotaryTheta = readPositive(part, 'rope_theta', readPositive(fields, 'rope_theta', 10_000));
  if (rotaryTheta <= 1) throw part.fail('rope_theta', rotaryTheta, 'a number above 1: later pairs turn slower');
  // `type` is what it was called before transformers 4.43.
  const name = !part.has('rope_type') && part.has('type') ? 'type' : 'rope_type';
  const kind = part.oneOf(name, ['default', 'linear', 'llama3', 'yarn'], 'default');
  if (kind === 'default') return { rotaryTheta, rotaryScaling: { kind: 'DEFAULT' } };
  const factor = readPositive(part, 'factor');
  if (kind === 'linear') return { rotaryTheta, rotaryScaling: { kind: 'LINEAR', factor } };
  if (kind === 'yarn') return { rotaryTheta, rotaryScaling: parseYarn(part, factor) };
  const lowFrequencyFactor = readPositive(part, 'low_freq_factor');
  const highFrequencyFactor = readPositive(part, 'high_freq_factor');
  if (highFrequencyFactor <= lowFrequencyFactor) {
    throw part.fail('high_freq_factor', highFrequencyFactor, `above low_freq_factor ${lowFrequencyFactor}`);
  }
  const originalPositions = part.whole('original_max_position_embeddings', undefined, limits.positions);
  return {
    rotaryTheta,
    rotaryScaling: { kind: 'LLAMA3', factor, lowFrequencyFactor, highFrequencyFactor, originalPositions },
  };
}

function parseYarn(part: ConfigReader, factor: number): RotaryScaling {
  const fastTurns = readPositive(part, 'beta_fast', 32);
  const slowTurns = readPositive(part, 'beta_slow', 1);
  if (fastTurns <= slowTurns) throw part.fail('beta_fast', fastTurns, `above beta_slow ${slowTurns}`);
  const growth = (weight: number): number => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const [own, all] = [part.number('mscale', 0), part.number('mscale_all_dim', 0)];
  return {
    kind: 'YARN',
    factor,
    fastTurns,
    slowTurns,
    originalPositions: part.whole('original_max_position_embeddings', undefined, limits.positions),
    truncates: part.flag('truncate', true),
    // As DeepSeek has it where both are given; else as the paper suggests.
    magnitude: readPositive(part, 'attention_factor', own !== 0 && all !== 0 ? growth(own) / growth(all) : growth(1)),
  };
}
