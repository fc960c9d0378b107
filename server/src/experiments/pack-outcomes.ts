/** One bit per example, the first in the highest bit; each task from a byte of its own on. */
export function packOutcomes(tasks: readonly Uint8Array[]): Buffer {
  const packed = tasks.map((outcomes) => {
    const bytes = new Uint8Array(Math.ceil(outcomes.length / 8));
    outcomes.forEach((right, i) => {
      if (right !== 0) bytes[i >> 3]! |= 0x80 >> (i & 7);
    });
    return bytes;
  });
  return Buffer.concat(packed);
}

/** What `packOutcomes` packed, one byte per example, 1 where it was right. */
export function unpackOutcomes(packed: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  let at = 0;
  return lengths.map((length) => {
    const start = at;
    at += Math.ceil(length / 8);
    return Uint8Array.from({ length }, (_, i) => (packed[start + (i >> 3)]! >> (7 - (i & 7))) & 1);
  });
}
