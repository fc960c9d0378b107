import type { Calculus } from '../calculus/calculus.js';
import { seenShape, wholeRun, wholeSource, type Source, type TokenRun } from '../generation/token-run.js';
import { requireInput, type ModelFamily, type TokenBatch } from '../model.js';
import type { AttentionShape } from '../operations/attention.js';
import { relativeBuckets } from './relative-buckets.js';
import { adaptT5Config, parseT5Config, type T5Config } from './t5-config.js';
import { T5, t5LinearLayers, t5Parameters, type T5Stack } from './t5-parameters.js';

/**
 * T5 and Flan-T5 (Raffel et al. 2020): an encoder and a decoder with relative positions, RMS norms before each part, scores that are not scaled, and in
 * the original a head that is the token embedding.
 */
export const t5: ModelFamily<T5Config> = {
  name: 't5',
  modelTypes: ['t5'],
  inputs: ['text', 'decoder'],
  parseConfig: parseT5Config,
  adaptConfig: adaptT5Config,
  outputs: () => ['logits', 'hidden', 'encoded'],
  widthOf: (config, output) => (output === 'logits' ? config.vocabularySize : config.hiddenSize),
  parameters: t5Parameters,
  linearLayers: t5LinearLayers,
  textGeometry: ({ vocabularySize, padToken }) => ({
    vocabulary: vocabularySize,
    maxTokens: undefined,
    padId: padToken,
  }),
  forward(config, calculus, input, output) {
    const text = requireInput('t5', input, 'text');
    const encoded = t5Encode(config, calculus, text);
    if (output === 'encoded') return encoded;
    const decoder = requireInput('t5', input, 'decoder');
    const hidden = t5Hidden(config, calculus, wholeRun(decoder), wholeSource(encoded, text));
    return output === 'logits' ? t5Logits(config, calculus, hidden) : hidden;
  },
};

/** The encoder's `last_hidden_state`; rows of padding have no meaning. */
export function t5Encode<V>(config: T5Config, calculus: Calculus<V>, { batch, tokens, ids, mask }: TokenBatch): V {
  const bias = relativeBias(config, calculus, 'encoder', tokens, tokens, 0);
  const shape = { batch, queries: tokens, keys: tokens, ...unscaled(config), ...(mask !== undefined && { mask }) };
  let x = calculus.scope(() => calculus.embedding(T5.tokens, ids));
  for (let block = 0; block < config.encoderLayers; block += 1) {
    const input = x;
    x = calculus.scope(() => {
      const middle = attentionPart(
        config,
        calculus,
        T5.part('encoder', block, 0),
        'SelfAttention',
        input,
        (name, normal) => {
          const [k, v] = ['k', 'v'].map((part) => calculus.linear(`${name}.${part}`, normal)) as [V, V];
          return { k, v, shape, bias };
        },
      );
      return mlpPart(config, calculus, T5.part('encoder', block, 1), middle);
    });
  }
  return calculus.scope(() => calculus.rmsNorm(T5.lastNorm('encoder'), x, config.layerNormEpsilon));
}

/**
 * The decoder's `last_hidden_state` of the new tokens.
 *
 * All examples of a batch share one table of relative positions: their first new tokens must be at one position, that of the first row.
 */
export function t5Hidden<V>(config: T5Config, calculus: Calculus<V>, run: TokenRun<V>, source: Source<V>): V {
  const { batch, tokens } = run;
  const first = run.positions[0]!;
  const bias = relativeBias(config, calculus, 'decoder', tokens, first + tokens, first);
  const { tokens: keys, mask } = source;
  const crossShape = { batch, queries: tokens, keys, ...unscaled(config), ...(mask !== undefined && { mask }) };
  let x = calculus.scope(() => calculus.embedding(T5.tokens, run.ids));
  for (let block = 0; block < config.decoderLayers; block += 1) {
    const part = (index: number): string => T5.part('decoder', block, index);
    const input = x;
    x = calculus.scope(() => {
      const own = attentionPart(config, calculus, part(0), 'SelfAttention', input, (name, normal) => {
        const [k, v] = ['k', 'v'].map((layer) => calculus.linear(`${name}.${layer}`, normal)) as [V, V];
        const seen = run.see(block, k, v);
        return { k: seen.k, v: seen.v, shape: seenShape(run, seen, unscaled(config)), bias };
      });
      const crossed = attentionPart(config, calculus, part(1), 'EncDecAttention', own, (name) => ({
        ...source.see(block, () => ({
          k: calculus.linear(`${name}.k`, source.encoded),
          v: calculus.linear(`${name}.v`, source.encoded),
        })),
        shape: crossShape,
      }));
      return mlpPart(config, calculus, part(2), crossed);
    });
  }
  return calculus.scope(() => calculus.rmsNorm(T5.lastNorm('decoder'), x, config.layerNormEpsilon));
}

/** `[rows, vocabulary]` of rows of the decoder's hidden state. */
export function t5Logits<V>({ tied, scaledHead, hiddenSize }: T5Config, calculus: Calculus<V>, hidden: V): V {
  const x = scaledHead ? calculus.scale(hidden, hiddenSize ** -0.5) : hidden;
  return tied ? calculus.linearWith(`${T5.tokens}.weight`, x) : calculus.linear(T5.head, x);
}

const unscaled = ({ heads }: T5Config) => ({ heads, scale: 1 }) as const;

function relativeBias<V>(
  config: T5Config,
  calculus: Calculus<V>,
  stack: T5Stack,
  queries: number,
  keys: number,
  firstQuery: number,
): V {
  const { buckets, maxDistance } = config;
  const rule = { buckets, maxDistance, bidirectional: stack === 'encoder' };
  const table = { queries, keys, buckets: relativeBuckets(queries, keys, rule, firstQuery) };
  return calculus.relativeBias(T5.relativeBias(stack), table);
}

/** x + O attention(Q norm x, …). */
function attentionPart<V>(
  { layerNormEpsilon }: T5Config,
  calculus: Calculus<V>,
  part: string,
  kind: 'SelfAttention' | 'EncDecAttention',
  x: V,
  look: (
    name: string,
    normal: V,
  ) => { readonly k: V; readonly v: V; readonly shape: AttentionShape; readonly bias?: V },
): V {
  const name = `${part}.${kind}`;
  const normal = calculus.rmsNorm(`${part}.layer_norm`, x, layerNormEpsilon);
  const q = calculus.linear(`${name}.q`, normal);
  const { k, v, shape, bias } = look(name, normal);
  return calculus.add(x, calculus.linear(`${name}.o`, calculus.attention(q, k, v, shape, bias)));
}

function mlpPart<V>({ gated, activation, layerNormEpsilon }: T5Config, calculus: Calculus<V>, part: string, x: V): V {
  const name = `${part}.DenseReluDense`;
  const normal = calculus.rmsNorm(`${part}.layer_norm`, x, layerNormEpsilon);
  const open = calculus.activate(activation, calculus.linear(`${name}.${gated ? 'wi_0' : 'wi'}`, normal));
  const wide = gated ? calculus.multiply(open, calculus.linear(`${name}.wi_1`, normal)) : open;
  return calculus.add(x, calculus.linear(`${name}.wo`, wide));
}
