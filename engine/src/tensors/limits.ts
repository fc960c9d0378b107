/**
 * Caps on what a file may ask of us before it has been checked. Each is crossed by a test.
 * The header's cap is the format's own; the others are far above any real model.
 */
export const tensorLimits = {
  /** Bytes of a header, as in the reference implementation. Checked before anything is allocated. */
  headerBytes: 100_000_000,
  /** Tensors in one file. */
  tensors: 250_000,
  /** UTF-8 bytes of a tensor's name. */
  nameBytes: 1024,
  /** Dimensions of one tensor. */
  rank: 64,
  /** Entries of `__metadata__`. */
  metadataEntries: 10_000,
  /** UTF-8 bytes of one key or value of `__metadata__`. */
  metadataBytes: 16_777_216,
  /** Bytes of one tensor that are read at once; larger ones go through `readRange`. */
  tensorBytes: 4_294_967_296,
  /** Bytes of `model.safetensors.index.json`. */
  indexBytes: 67_108_864,
  /** Files that an index may name. */
  shards: 1000,
  /** Levels of nesting in JSON that we did not write. */
  jsonDepth: 32,
} as const;
