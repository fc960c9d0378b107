/** 0, 1, 2, … per example: `[batch · tokens]`. */
export const positionIds = (batch: number, tokens: number): Int32Array =>
  Int32Array.from({ length: batch * tokens }, (_, at) => at % tokens);

/** RoBERTa's: tokens that are not padding are counted from `padId + 1` on; padding has position `padId`. */
export function paddedPositionIds(ids: Int32Array, tokens: number, padId: number): Int32Array {
  const positions = new Int32Array(ids.length);
  let count = 0;
  for (let at = 0; at < ids.length; at += 1) {
    if (at % tokens === 0) count = 0;
    if (ids[at] !== padId) count += 1;
    positions[at] = ids[at] === padId ? padId : padId + count;
  }
  return positions;
}

/** 0 where a token is padding, for a batch that has no mask: none is. */
export const fullMask = (size: number): Uint8Array => new Uint8Array(size).fill(1);
