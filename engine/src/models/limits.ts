/** Bounds on what a configuration may ask for, far above any published encoder (ViT-G: 1664 wide, 48 deep, 14 × 14 patches of 224). */
export const modelLimits = {
  configBytes: 1 << 20,
  hiddenSize: 16_384,
  intermediateSize: 65_536,
  layers: 256,
  heads: 256,
  imageSize: 4096,
  channels: 16,
  tokens: 65_537,
  projection: 16_384,
  vocabulary: 2_000_000,
  positions: 1_048_576,
  segments: 1024,
} as const;
