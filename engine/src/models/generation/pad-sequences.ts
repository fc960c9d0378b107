import type { TokenBatch } from '../model.js';
import { languageErrors } from './errors.js';

/** Token ids of one text. */
export type Tokens = ArrayLike<number>;

/**
 * Sequences as one batch, filled up on the right. On the right, no token that counts sees padding in a causal decoder even without the mask, and
 * positions start at 0.
 */
export function padSequences(sequences: readonly Tokens[], padId: number): TokenBatch & { readonly mask: Uint8Array } {
  const batch = sequences.length;
  const tokens = Math.max(...sequences.map(({ length }) => length));
  const ids = new Int32Array(batch * tokens).fill(padId);
  const mask = new Uint8Array(batch * tokens);
  sequences.forEach((sequence, row) => {
    ids.set(Array.from(sequence), row * tokens);
    mask.fill(1, row * tokens, row * tokens + sequence.length);
  });
  return { batch, tokens, ids, mask };
}

/**
 * Refuses sequences without tokens or with too many, and ids outside the vocabulary.
 *
 * @throws languageErrors.sequenceEmpty, languageErrors.sequenceTooLong, languageErrors.optionInvalid
 */
export function checkSequences(
  what: string,
  sequences: readonly Tokens[],
  { limit, vocabulary }: { readonly limit: number; readonly vocabulary: number },
): void {
  sequences.forEach((sequence, index) => {
    const got = sequence.length;
    if (got === 0) throw languageErrors.sequenceEmpty({ index, what });
    if (got > limit) throw languageErrors.sequenceTooLong({ index, got, limit, what });
    for (let at = 0; at < got; at += 1) {
      const id = sequence[at]!;
      if (Number.isInteger(id) && id >= 0 && id < vocabulary) continue;
      throw languageErrors.optionInvalid({
        option: `token ${at} of ${what} ${index}`,
        got: id,
        expected: `an id from 0 to ${vocabulary - 1}`,
      });
    }
  });
}

/** Batches of like lengths, longest first, so that little is padding and what does not fit in memory fails at once. */
export function batchesOfLikeLength(lengths: readonly number[], batchSize: number): readonly (readonly number[])[] {
  const order = lengths.map((_, index) => index).sort((x, y) => lengths[y]! - lengths[x]! || x - y);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, batch) =>
    order.slice(batch * batchSize, (batch + 1) * batchSize),
  );
}
