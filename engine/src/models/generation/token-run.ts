import type { TokenBatch } from '../model.js';
import type { AttentionShape } from '../operations/attention.js';

/** The keys and values that the queries of one layer may see, and what is hidden of them. */
export interface Seen<V> {
  readonly k: V;
  readonly v: V;
  readonly keys: number;
  readonly causal: boolean;
  /** `[batch · keys]` */
  readonly mask?: Uint8Array | undefined;
}

/**
 * New tokens on their way through a decoder. A decoder says what it computes for them once; whether earlier tokens' keys and values come from a cache
 * is decided by `see`, which is given those of the new tokens.
 */
export interface TokenRun<V> {
  readonly batch: number;
  /** Per example, new ones only. */
  readonly tokens: number;
  /** `[batch · tokens]` */
  readonly ids: Int32Array;
  /** `[batch · tokens]`, where the sequence's first token has position 0 and padding does not count. */
  readonly positions: Int32Array;
  see(layer: number, k: V, v: V): Seen<V>;
}

/** What the decoder of an encoder-decoder reads besides: the encoder's hidden state, `[batch · tokens, width]`. */
export interface Source<V> {
  readonly encoded: V;
  readonly tokens: number;
  readonly mask?: Uint8Array | undefined;
  /** Keys and values of a layer: computed, or as they were the first time. */
  see(layer: number, compute: () => { readonly k: V; readonly v: V }): { readonly k: V; readonly v: V };
}

/** All tokens of sequences at once, without a cache: token i sees the tokens up to i that are not padding. */
export function wholeRun<V>({ batch, tokens, ids, mask }: TokenBatch): TokenRun<V> {
  return {
    batch,
    tokens,
    ids,
    positions: countPositions(batch, tokens, mask),
    see: (_, k, v) => ({ k, v, keys: tokens, causal: true, mask }),
  };
}

export const wholeSource = <V>(encoded: V, { tokens, mask }: TokenBatch): Source<V> => ({
  encoded,
  tokens,
  mask,
  see: (_, compute) => compute(),
});

/** Padding has no influence on positions, on whichever side it stands: a token's position is the number of tokens before it. */
export function countPositions(batch: number, tokens: number, mask: Uint8Array | undefined): Int32Array {
  const positions = new Int32Array(batch * tokens);
  for (let example = 0; example < batch; example += 1) {
    let position = 0;
    for (let token = 0; token < tokens; token += 1) {
      const at = example * tokens + token;
      positions[at] = position;
      if (mask === undefined || mask[at] !== 0) position += 1;
    }
  }
  return positions;
}

/** The attention of new queries over what they see. */
export const seenShape = <V>(
  { batch, tokens }: Pick<TokenRun<V>, 'batch' | 'tokens'>,
  { keys, causal, mask }: Pick<Seen<V>, 'keys' | 'causal' | 'mask'>,
  rest: Pick<AttentionShape, 'heads' | 'keyValueHeads' | 'scale'>,
): AttentionShape => ({ batch, queries: tokens, keys, causal, ...(mask !== undefined && { mask }), ...rest });
