/** Caps on what a task's files may ask of us. */
export const taskLimits = {
  /** Characters of the manifest's JSON. */
  manifestCharacters: 4_194_304,
  nameCharacters: 200,
  textCharacters: 100_000,
  classes: 100_000,
  /** Examples of one split. */
  examples: 10_000_000,
  /** Pixels along one side of an image. */
  side: 8192,
  /** Entries of a row of a head. */
  projection: 65_536,
  /** Bytes that unpacking may produce unless the caller allows more. */
  unpackedBytes: 1_073_741_824,
} as const;
