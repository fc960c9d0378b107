/** Caps on what a tokenizer may ask of us. */
export const tokenizerLimits = {
  /** Bytes of tokenizer.json: the largest vocabularies in use (262,144 tokens) take 35 million. */
  fileBytes: 134_217_728,
  /** Bytes of tokenizer_config.json. */
  configBytes: 16_777_216,
  /** Characters of one text. */
  textCharacters: 4_194_304,
} as const;
