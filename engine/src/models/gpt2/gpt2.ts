import type { Calculus } from '../calculus/calculus.js';
import { seenShape, wholeRun, type TokenRun } from '../generation/token-run.js';
import { requireInput, type ModelFamily } from '../model.js';
import { parseGpt2Config, type Gpt2Config } from './gpt2-config.js';
import { GPT2, gpt2LinearLayers, gpt2Parameters } from './gpt2-parameters.js';

/** GPT-2 (Radford et al. 2019): a decoder with learned positions, norms before each part, and a head that is the token embedding. */
export const gpt2: ModelFamily<Gpt2Config> = {
  name: 'gpt2',
  modelTypes: ['gpt2'],
  inputs: ['text'],
  parseConfig: parseGpt2Config,
  outputs: () => ['logits', 'hidden'],
  widthOf: (config, output) => (output === 'logits' ? config.vocabularySize : config.hiddenSize),
  parameters: gpt2Parameters,
  linearLayers: gpt2LinearLayers,
  textGeometry: ({ vocabularySize, positions, padToken, endTokens }) => ({
    vocabulary: vocabularySize,
    maxTokens: positions,
    padId: padToken ?? endTokens[0] ?? 0,
  }),
  forward(config, calculus, input, output) {
    const hidden = gpt2Hidden(config, calculus, wholeRun(requireInput('gpt2', input, 'text')));
    return output === 'logits' ? gpt2Logits(config, calculus, hidden) : hidden;
  },
};

/** `last_hidden_state` of the new tokens, after the last norm. */
export function gpt2Hidden<V>(config: Gpt2Config, calculus: Calculus<V>, run: TokenRun<V>): V {
  let x = calculus.scope(() =>
    calculus.add(calculus.embedding(GPT2.tokens, run.ids), calculus.embedding(GPT2.positions, run.positions)),
  );
  for (let index = 0; index < config.layers; index += 1) {
    const input = x;
    x = calculus.scope(() => decoderLayer(config, calculus, index, input, run));
  }
  return calculus.scope(() => calculus.layerNorm(GPT2.lastNorm, x, config.layerNormEpsilon));
}

/** `[rows, vocabulary]` of rows of the hidden state. */
export const gpt2Logits = <V>({ tied }: Gpt2Config, calculus: Calculus<V>, hidden: V): V =>
  tied ? calculus.linearWith(`${GPT2.tokens}.weight`, hidden) : calculus.linear(GPT2.head, hidden);

function decoderLayer<V>(config: Gpt2Config, calculus: Calculus<V>, index: number, x: V, run: TokenRun<V>): V {
  const { hiddenSize: width, heads, activation, layerNormEpsilon: epsilon, scaled, scaledByLayer } = config;
  const layer = GPT2.layer(index);
  const both = calculus.linear(`${layer}.attn.c_attn`, calculus.layerNorm(`${layer}.ln_1`, x, epsilon));
  const [q, k, v] = [0, 1, 2].map((part) => calculus.pickColumns(both, part * width, width)) as [V, V, V];
  const seen = run.see(index, k, v);
  const scale = (scaled ? (width / heads) ** -0.5 : 1) / (scaledByLayer ? index + 1 : 1);
  const attended = calculus.attention(q, seen.k, seen.v, seenShape(run, seen, { heads, scale }));
  const middle = calculus.add(x, calculus.linear(`${layer}.attn.c_proj`, attended));
  const up = calculus.linear(`${layer}.mlp.c_fc`, calculus.layerNorm(`${layer}.ln_2`, middle, epsilon));
  return calculus.add(middle, calculus.linear(`${layer}.mlp.c_proj`, calculus.activate(activation, up)));
}
