import type { Calculus } from '../calculus/calculus.js';
import type { Activation } from '../operations/activation.js';

/** Names of the parts of one encoder layer. */
export interface EncoderLayerNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attended: string;
  readonly attentionNorm: string;
  readonly up: string;
  readonly down: string;
  readonly mlpNorm: string;
}

export interface EncoderLayerOptions<V> {
  readonly heads: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  readonly batch: number;
  readonly tokens: number;
  readonly causal?: boolean | undefined;
  /** `[batch · tokens]`, 0 where a key is not to be seen. */
  readonly mask?: Uint8Array | undefined;
  /** Where only one row per example is read afterwards, how to pick it: then queries, output projection and MLP are computed for that row alone. */
  readonly only?: ((rows: V) => V) | undefined;
}

/** x + attention(norm x), then + MLP(norm ·): the layer of CLIP and ViT. */
export function preNormLayer<V>(
  calculus: Calculus<V>,
  names: EncoderLayerNames,
  x: V,
  options: EncoderLayerOptions<V>,
): V {
  const { activation, layerNormEpsilon: epsilon, only = (rows: V) => rows } = options;
  const normal = calculus.layerNorm(names.attentionNorm, x, epsilon);
  const attended = calculus.linear(names.attended, selfAttention(calculus, names, normal, options));
  const middle = calculus.add(only(x), attended);
  const up = calculus.linear(names.up, calculus.layerNorm(names.mlpNorm, middle, epsilon));
  return calculus.add(middle, calculus.linear(names.down, calculus.activate(activation, up)));
}

/** norm(x + attention x), then norm(· + MLP ·): the layer of BERT. */
export function postNormLayer<V>(
  calculus: Calculus<V>,
  names: EncoderLayerNames,
  x: V,
  options: EncoderLayerOptions<V>,
): V {
  const { activation, layerNormEpsilon: epsilon, only = (rows: V) => rows } = options;
  const attended = calculus.linear(names.attended, selfAttention(calculus, names, x, options));
  const middle = calculus.layerNorm(names.attentionNorm, calculus.add(only(x), attended), epsilon);
  const up = calculus.activate(activation, calculus.linear(names.up, middle));
  return calculus.layerNorm(names.mlpNorm, calculus.add(middle, calculus.linear(names.down, up)), epsilon);
}

function selfAttention<V>(
  calculus: Calculus<V>,
  names: EncoderLayerNames,
  x: V,
  { heads, batch, tokens, causal, mask, only }: EncoderLayerOptions<V>,
): V {
  const k = calculus.linear(names.key, x);
  const v = calculus.linear(names.value, x);
  const q = calculus.linear(names.query, only === undefined ? x : only(x));
  const queries = only === undefined ? tokens : 1;
  const shape = { batch, queries, keys: tokens, heads };
  return calculus.attention(q, k, v, {
    ...shape,
    ...(causal === true && { causal }),
    ...(mask !== undefined && { mask }),
  });
}
