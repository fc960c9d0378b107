import { defineError } from '../../errors/index.js';

/** What can be wrong with a call that generates or scores text. */
export const languageErrors = {
  familyUnsuited: defineError({
    code: 'LANGUAGE_FAMILY_UNSUITED',
    summary: 'A model that does not predict tokens was asked to generate or to score text.',
    remedy: 'Use a GPT-2, Llama-like or T5 model with its language-modelling head.',
    message: (d: { readonly family: string; readonly known: readonly string[] }) =>
      `a ${d.family} model does not predict tokens; families that do are ${d.known.join(', ')}.`,
  }),
  sequenceEmpty: defineError({
    code: 'LANGUAGE_SEQUENCE_EMPTY',
    summary: 'A prompt or a continuation has no tokens.',
    remedy:
      "Give every prompt at least one token, such as the tokenizer's start or end token, and every continuation one.",
    message: (d: { readonly index: number; readonly what: string }) => `${d.what} ${d.index} has no tokens.`,
  }),
  sequenceTooLong: defineError({
    code: 'LANGUAGE_SEQUENCE_TOO_LONG',
    summary: 'A sequence has more tokens than the model has positions for, or than one call may ask for.',
    remedy: 'Shorten the prompt, or ask for fewer new tokens.',
    message: (d: { readonly index: number; readonly got: number; readonly limit: number; readonly what: string }) =>
      `${d.what} ${d.index} has ${d.got} tokens, at most ${d.limit} are possible.`,
  }),
  sequencesTooMany: defineError({
    code: 'LANGUAGE_SEQUENCES_TOO_MANY',
    summary: 'One call was given more sequences than it may have.',
    remedy: 'Split the sequences over several calls.',
    message: (d: { readonly got: number; readonly limit: number }) =>
      `${d.got} sequences were given, at most ${d.limit} are taken.`,
  }),
  answersUnranked: defineError({
    code: 'LANGUAGE_ANSWERS_UNRANKED',
    summary: 'A task whose answers are no classes was to be answered by choosing the likeliest class.',
    remedy: 'Let the model generate, or measure the likelihood of the right answers.',
    message: (d: { readonly form: string }) => `answers are ${d.form}; only those that are CLASS can be ranked.`,
  }),
  optionInvalid: defineError({
    code: 'LANGUAGE_OPTION_INVALID',
    summary: 'An option of generating or scoring is out of range.',
    remedy: 'Give a value in the range that the message names.',
    message: (d: { readonly option: string; readonly got: number; readonly expected: string }) =>
      `${d.option} is ${d.got}; expected ${d.expected}.`,
  }),
} as const;
