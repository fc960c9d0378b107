import type { TokenBatch } from '../model.js';

/** Published CLIP configurations say 2, which is no end token of theirs; transformers takes it for the rule that CLIP was trained with. */
const LEGACY_END_ID = 2;

/**
 * Where each text ends, which is the position that CLIP pools at: the first `endId`; with the legacy id 2 the first of the largest id, for there the end
 * token is the vocabulary's last. A text without its end token is pooled at its first token, as in transformers.
 */
export function endPositions({ endId }: { readonly endId: number }, { batch, tokens, ids }: TokenBatch): Int32Array {
  return Int32Array.from({ length: batch }, (_, example) => {
    const text = ids.subarray(example * tokens, (example + 1) * tokens);
    const wanted = endId === LEGACY_END_ID ? text.reduce((most, id) => Math.max(most, id), -1) : endId;
    return Math.max(0, text.indexOf(wanted));
  });
}
