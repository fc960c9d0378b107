/** Caps on what the texts of a task may ask of us. */
export const textLimits = {
  fields: 16,
  prompts: 50,
  /** Characters of a prompt's input. */
  promptCharacters: 20_000,
  /** Bytes of one text. */
  textBytes: 4_194_304,
  /** Bytes of one field of one split: its ends are 32-bit numbers. */
  fieldBytes: 2_000_000_000,
} as const;
