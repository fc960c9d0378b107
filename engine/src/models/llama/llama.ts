import type { Calculus } from '../calculus/calculus.js';
import { seenShape, wholeRun, type TokenRun } from '../generation/token-run.js';
import { requireInput, type ModelFamily } from '../model.js';
import { parseLlamaConfig, type LlamaConfig } from './llama-config.js';
import { LLAMA, llamaLinearLayers, llamaParameters } from './llama-parameters.js';
import { rotaryTables, type RotaryTables } from './rotary-tables.js';

/**
 * Llama (Touvron et al. 2023) and models of its structure: rotary positions, queries in groups that share keys and values, RMS norms, and a gated MLP.
 */
export const llama: ModelFamily<LlamaConfig> = {
  name: 'llama',
  modelTypes: ['llama', 'mistral', 'qwen2'],
  inputs: ['text'],
  parseConfig: parseLlamaConfig,
  outputs: () => ['logits', 'hidden'],
  widthOf: (config, output) => (output === 'logits' ? config.vocabularySize : config.hiddenSize),
  parameters: llamaParameters,
  linearLayers: llamaLinearLayers,
  textGeometry: ({ vocabularySize, positions, padToken, endTokens }) => ({
    vocabulary: vocabularySize,
    maxTokens: positions,
    padId: padToken ?? endTokens[0] ?? 0,
  }),
  forward(config, calculus, input, output) {
    const hidden = llamaHidden(config, calculus, wholeRun(requireInput('llama', input, 'text')));
    return output === 'logits' ? llamaLogits(config, calculus, hidden) : hidden;
  },
};

/** `last_hidden_state` of the new tokens, after the last norm. */
export function llamaHidden<V>(config: LlamaConfig, calculus: Calculus<V>, run: TokenRun<V>): V {
  const tables = rotaryTables(config, run.positions);
  let x = calculus.scope(() => calculus.embedding(LLAMA.tokens, run.ids));
  for (let index = 0; index < config.layers; index += 1) {
    const input = x;
    x = calculus.scope(() => decoderLayer(config, calculus, index, input, run, tables));
  }
  return calculus.scope(() => calculus.rmsNorm(LLAMA.lastNorm, x, config.rmsNormEpsilon));
}

/** `[rows, vocabulary]` of rows of the hidden state. */
export const llamaLogits = <V>({ tied }: LlamaConfig, calculus: Calculus<V>, hidden: V): V =>
  tied ? calculus.linearWith(`${LLAMA.tokens}.weight`, hidden) : calculus.linear(LLAMA.head, hidden);

function decoderLayer<V>(
  { heads, keyValueHeads, activation, rmsNormEpsilon: epsilon }: LlamaConfig,
  calculus: Calculus<V>,
  index: number,
  x: V,
  run: TokenRun<V>,
  tables: RotaryTables,
): V {
  const layer = LLAMA.layer(index);
  const normal = calculus.rmsNorm(`${layer}.input_layernorm`, x, epsilon);
  const project = (part: string): V => calculus.linear(`${layer}.self_attn.${part}`, normal);
  const q = calculus.rotate(project('q_proj'), tables.queries);
  const seen = run.see(index, calculus.rotate(project('k_proj'), tables.keys), project('v_proj'));
  const mixed = calculus.attention(q, seen.k, seen.v, seenShape(run, seen, { heads, keyValueHeads }));
  const middle = calculus.add(x, calculus.linear(`${layer}.self_attn.o_proj`, mixed));
  const inner = calculus.rmsNorm(`${layer}.post_attention_layernorm`, middle, epsilon);
  const gate = calculus.activate(activation, calculus.linear(`${layer}.mlp.gate_proj`, inner));
  const gated = calculus.multiply(gate, calculus.linear(`${layer}.mlp.up_proj`, inner));
  return calculus.add(middle, calculus.linear(`${layer}.mlp.down_proj`, gated));
}
