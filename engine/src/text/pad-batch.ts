import type { BatchOptions, Encoded, EncodedBatch } from './tokenizer.js';

/** Brings texts to one length: that of the longest, or `padTo` where that is more. */
export function padBatch(
  encoded: readonly Encoded[],
  pad: number,
  { padTo = 0, padSide = 'right' }: Pick<BatchOptions, 'padTo' | 'padSide'> = {},
): EncodedBatch {
  const count = encoded.length;
  const length = encoded.reduce((most, { ids }) => Math.max(most, ids.length), padTo);
  const ids = new Int32Array(count * length).fill(pad);
  const types = new Int32Array(count * length);
  const mask = new Uint8Array(count * length);
  encoded.forEach((text, row) => {
    const at = row * length + (padSide === 'left' ? length - text.ids.length : 0);
    ids.set(text.ids, at);
    types.set(text.types, at);
    mask.fill(1, at, at + text.ids.length);
  });
  return { count, length, ids, types, mask };
}
