import { defineError } from '../errors/index.js';

/** What can be wrong with a tokenizer, or with what it is asked for. */
export const tokenizerErrors = {
  missing: defineError({
    code: 'TOKENIZER_MISSING',
    summary: 'A model folder has no tokenizer.json.',
    remedy: 'Save the fast tokenizer with the model: it writes tokenizer.json and tokenizer_config.json.',
    message: (d: { readonly folder: string }) => `${d.folder}: has no tokenizer.json.`,
  }),
  invalid: defineError({
    code: 'TOKENIZER_INVALID',
    summary: 'A tokenizer.json or tokenizer_config.json cannot be used.',
    remedy: 'Save the tokenizer again with a current version of transformers.',
    message: (d: { readonly file: string; readonly reason: string }) => `${d.file}: cannot be used: ${d.reason}.`,
  }),
  tooLarge: defineError({
    code: 'TOKENIZER_TOO_LARGE',
    summary: 'A file of a tokenizer, or a text, is larger than is read.',
    remedy: 'Shorten the text; check where the file comes from.',
    message: (d: { readonly what: string; readonly got: number; readonly limit: number }) =>
      `${d.what} has ${d.got} bytes or characters, at most ${d.limit} are read.`,
  }),
  lengthInvalid: defineError({
    code: 'TOKENIZER_LENGTH_INVALID',
    summary: 'A length to cut texts at leaves no room for the special tokens.',
    remedy: 'Cut at more tokens.',
    message: (d: { readonly got: number; readonly least: number }) =>
      `texts cannot be cut at ${d.got} tokens: their special tokens alone take ${d.least}.`,
  }),
  tokenInvalid: defineError({
    code: 'TOKENIZER_TOKEN_INVALID',
    summary: 'A number is no token of the vocabulary.',
    remedy: 'Use the tokenizer that belongs to the model.',
    message: (d: { readonly got: number }) => `there is no token ${d.got}.`,
  }),
} as const;
