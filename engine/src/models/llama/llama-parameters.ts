import type { ParameterSpec, ParameterSpecs } from '../model.js';
import type { LinearShape } from '../vision-parameters.js';
import type { LlamaConfig } from './llama-config.js';

/** Names of a Llama's parts in Hugging Face's layout, as PEFT names them too. */
export const LLAMA = {
  tokens: 'model.embed_tokens',
  lastNorm: 'model.norm',
  head: 'lm_head',
  layer: (index: number): string => `model.layers.${index}`,
} as const;

/** Every parameter, in the order of the forward pass. Checkpoints of the inner model leave `model.` away. */
export function llamaParameters(config: LlamaConfig): ParameterSpecs {
  const { hiddenSize: d, tied, vocabularySize } = config;
  const specs = new Map<string, ParameterSpec>();
  const set = (name: string, shape: readonly number[]) =>
    specs.set(name, { shape, aliases: [name.slice('model.'.length)] });
  const linear = ({ name, outFeatures, inFeatures, bias }: Linear) => {
    set(`${name}.weight`, [outFeatures, inFeatures]);
    if (bias) set(`${name}.bias`, [outFeatures]);
  };
  set(`${LLAMA.tokens}.weight`, [vocabularySize, d]);
  for (let index = 0; index < config.layers; index += 1) {
    const layer = LLAMA.layer(index);
    set(`${layer}.input_layernorm.weight`, [d]);
    attentionLayers(config, layer).forEach(linear);
    set(`${layer}.post_attention_layernorm.weight`, [d]);
    mlpLayers(config, layer).forEach(linear);
  }
  set(`${LLAMA.lastNorm}.weight`, [d]);
  if (!tied) specs.set(`${LLAMA.head}.weight`, { shape: [vocabularySize, d] });
  return specs;
}

/** The projections of every layer, and the head where it has a weight of its own. */
export function llamaLinearLayers(config: LlamaConfig): ReadonlyMap<string, LinearShape> {
  const layers = new Map<string, LinearShape>();
  for (let index = 0; index < config.layers; index += 1) {
    const layer = LLAMA.layer(index);
    for (const { name, outFeatures, inFeatures } of [...attentionLayers(config, layer), ...mlpLayers(config, layer)]) {
      layers.set(name, { outFeatures, inFeatures });
    }
  }
  if (!config.tied) layers.set(LLAMA.head, { outFeatures: config.vocabularySize, inFeatures: config.hiddenSize });
  return layers;
}

interface Linear extends LinearShape {
  readonly name: string;
  readonly bias: boolean;
}

function attentionLayers(config: LlamaConfig, layer: string): readonly Linear[] {
  const { hiddenSize: d, heads, keyValueHeads, headSize, biases } = config;
  const into = (part: string, count: number): Linear => ({
    name: `${layer}.self_attn.${part}`,
    outFeatures: count * headSize,
    inFeatures: d,
    bias: biases.queryKeyValue,
  });
  return [
    into('q_proj', heads),
    into('k_proj', keyValueHeads),
    into('v_proj', keyValueHeads),
    { name: `${layer}.self_attn.o_proj`, outFeatures: d, inFeatures: heads * headSize, bias: biases.output },
  ];
}

function mlpLayers({ hiddenSize: d, intermediateSize: m, biases }: LlamaConfig, layer: string): readonly Linear[] {
  const bias = biases.mlp;
  return [
    { name: `${layer}.mlp.gate_proj`, outFeatures: m, inFeatures: d, bias },
    { name: `${layer}.mlp.up_proj`, outFeatures: m, inFeatures: d, bias },
    { name: `${layer}.mlp.down_proj`, outFeatures: d, inFeatures: m, bias },
  ];
}
