import type { ParameterSpec, ParameterSpecs } from '../model.js';
import type { LinearShape } from '../vision-parameters.js';
import type { T5Config } from './t5-config.js';

export type T5Stack = 'encoder' | 'decoder';

/** Names of a T5's parts in Hugging Face's layout, as PEFT names them too. */
export const T5 = {
  tokens: 'shared',
  head: 'lm_head',
  lastNorm: (stack: T5Stack): string => `${stack}.final_layer_norm`,
  /** Self-attention is part 0; the MLP is the last. */
  part: (stack: T5Stack, block: number, part: number): string => `${stack}.block.${block}.layer.${part}`,
  /** Only the first block of a stack has a table; all blocks use it. */
  relativeBias: (stack: T5Stack): string => `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias`,
} as const;

const STACKS = ['encoder', 'decoder'] as const;

const blocksOf = (config: T5Config, stack: T5Stack): number =>
  stack === 'encoder' ? config.encoderLayers : config.decoderLayers;

/** Every parameter, in the order of the forward pass. */
export function t5Parameters(config: T5Config): ParameterSpecs {
  const { hiddenSize: d, vocabularySize } = config;
  const specs = new Map<string, ParameterSpec>();
  // The embedding is one tensor under three names, of which a safetensors file keeps one.
  specs.set(`${T5.tokens}.weight`, {
    shape: [vocabularySize, d],
    aliases: STACKS.map((stack) => `${stack}.embed_tokens.weight`),
  });
  for (const stack of STACKS) {
    specs.set(`${T5.relativeBias(stack)}.weight`, { shape: [config.buckets, config.heads] });
    for (let block = 0; block < blocksOf(config, stack); block += 1) {
      for (const { part, layers } of partsOf(config, stack, block)) {
        specs.set(`${part}.layer_norm.weight`, { shape: [d] });
        for (const [name, { outFeatures, inFeatures }] of layers) {
          specs.set(`${name}.weight`, { shape: [outFeatures, inFeatures] });
        }
      }
    }
    specs.set(`${T5.lastNorm(stack)}.weight`, { shape: [d] });
  }
  if (!config.tied) specs.set(`${T5.head}.weight`, { shape: [vocabularySize, d] });
  return specs;
}

/** The linear layers of every block, and the head where it has a weight of its own. */
export function t5LinearLayers(config: T5Config): ReadonlyMap<string, LinearShape> {
  const found: (readonly [string, LinearShape])[] = [];
  for (const stack of STACKS) {
    for (let block = 0; block < blocksOf(config, stack); block += 1) {
      for (const { layers } of partsOf(config, stack, block)) found.push(...layers);
    }
  }
  if (!config.tied) found.push([T5.head, { outFeatures: config.vocabularySize, inFeatures: config.hiddenSize }]);
  return new Map(found);
}

interface Part {
  readonly part: string;
  readonly layers: readonly (readonly [string, LinearShape])[];
}

function partsOf(config: T5Config, stack: T5Stack, block: number): readonly Part[] {
  const { hiddenSize: d, intermediateSize: m, heads, headSize, gated } = config;
  const inner = heads * headSize;
  const part = (index: number, name: string, layers: readonly (readonly [string, number, number])[]): Part => {
    const prefix = T5.part(stack, block, index);
    return {
      part: prefix,
      layers: layers.map(([layer, outFeatures, inFeatures]) => [
        `${prefix}.${name}.${layer}`,
        { outFeatures, inFeatures },
      ]),
    };
  };
  const attention = [
    ['q', inner, d],
    ['k', inner, d],
    ['v', inner, d],
    ['o', d, inner],
  ] as const;
  const wide = gated ? ['wi_0', 'wi_1'] : ['wi'];
  const parts = [part(0, 'SelfAttention', attention)];
  if (stack === 'decoder') parts.push(part(1, 'EncDecAttention', attention));
  const mlp = [...wide.map((name) => [name, m, d] as const), ['wo', d, m] as const];
  return [...parts, part(parts.length, 'DenseReluDense', mlp)];
}
