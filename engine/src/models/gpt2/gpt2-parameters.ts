import type { ParameterSpec, ParameterSpecs } from '../model.js';
import type { LinearShape } from '../vision-parameters.js';
import type { Gpt2Config } from './gpt2-config.js';

/** Names of a GPT-2's parts in Hugging Face's layout, as PEFT names them too. */
export const GPT2 = {
  tokens: 'transformer.wte',
  positions: 'transformer.wpe',
  lastNorm: 'transformer.ln_f',
  head: 'lm_head',
  layer: (index: number): string => `transformer.h.${index}`,
} as const;

const HEAD = `${GPT2.head}.weight`;

/** Every parameter, in the order of the forward pass. Published checkpoints of the inner model leave `transformer.` away. */
export function gpt2Parameters(config: Gpt2Config): ParameterSpecs {
  const { hiddenSize: d, intermediateSize: m } = config;
  const specs = new Map<string, ParameterSpec>();
  const set = (name: string, spec: ParameterSpec) =>
    specs.set(name, { ...spec, aliases: [name.slice('transformer.'.length)] });
  const norm = (name: string) => {
    set(`${name}.weight`, { shape: [d] });
    set(`${name}.bias`, { shape: [d] });
  };
  // transformers' Conv1D holds the transpose.
  const linear = (name: string, out: number, input: number) => {
    set(`${name}.weight`, { shape: [out, input], transposed: true });
    set(`${name}.bias`, { shape: [out] });
  };
  set(`${GPT2.tokens}.weight`, { shape: [config.vocabularySize, d] });
  set(`${GPT2.positions}.weight`, { shape: [config.positions, d] });
  for (let index = 0; index < config.layers; index += 1) {
    const layer = GPT2.layer(index);
    norm(`${layer}.ln_1`);
    linear(`${layer}.attn.c_attn`, 3 * d, d);
    linear(`${layer}.attn.c_proj`, d, d);
    norm(`${layer}.ln_2`);
    linear(`${layer}.mlp.c_fc`, m, d);
    linear(`${layer}.mlp.c_proj`, d, m);
  }
  norm(GPT2.lastNorm);
  if (!config.tied) specs.set(HEAD, { shape: [config.vocabularySize, d] });
  return specs;
}

/** The Conv1D layers, and the head where it has a weight of its own. */
export function gpt2LinearLayers(config: Gpt2Config): ReadonlyMap<string, LinearShape> {
  const layers = new Map<string, LinearShape>();
  for (const [name, { shape, transposed }] of gpt2Parameters(config)) {
    if (transposed !== true && name !== HEAD) continue;
    layers.set(name.slice(0, -'.weight'.length), { outFeatures: shape[0]!, inFeatures: shape[1]! });
  }
  return layers;
}
