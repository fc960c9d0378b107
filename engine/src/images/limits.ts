/** Caps on what an image may ask of us. */
export const imageLimits = {
  /** Bytes of an encoded image. */
  encodedBytes: 67_108_864,
  /** Pixels of a decoded image: three times as many bytes. */
  pixels: 89_478_485,
  /** Pixels along one side of what comes out. */
  side: 8192,
} as const;
