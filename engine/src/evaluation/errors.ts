import { defineError } from '../errors/index.js';

/** What can be wrong with an evaluation. */
export const evaluationErrors = {
  countInvalid: defineError({
    code: 'EVALUATION_COUNT_INVALID',
    summary: 'A number of correct answers is no part of the number of examples.',
    remedy: 'Evaluate on at least one example.',
    message: (d: { readonly correct: number; readonly n: number }) =>
      `${d.correct} correct of ${d.n} examples is impossible; expected whole numbers, 0 ≤ correct ≤ n, n ≥ 1.`,
  }),
  probabilityInvalid: defineError({
    code: 'EVALUATION_PROBABILITY_INVALID',
    summary: 'A probability or confidence lies outside (0, 1).',
    remedy: 'Give a number between 0 and 1, such as 0.95.',
    message: (d: { readonly got: number }) => `a probability must lie between 0 and 1, got ${d.got}.`,
  }),
  labelInvalid: defineError({
    code: 'EVALUATION_LABEL_INVALID',
    summary: 'An example has a label that the head has no class for.',
    remedy: 'Use the head of the same task.',
    message: (d: { readonly example: number; readonly got: number; readonly classes: number }) =>
      `example ${d.example} has label ${d.got}; the head has classes 0 to ${d.classes - 1}.`,
  }),
  headMismatched: defineError({
    code: 'EVALUATION_HEAD_MISMATCHED',
    summary: "A head does not fit the model's projection.",
    remedy: 'Use the head that was made for this base model.',
    message: (d: { readonly got: number; readonly expected: number }) =>
      `the head has ${d.got} columns, the model projects to ${d.expected}.`,
  }),
  coefficientsInvalid: defineError({
    code: 'EVALUATION_COEFFICIENTS_INVALID',
    summary: 'Coefficients are not as many as adapters and groups ask for, or not finite.',
    remedy: 'Give one finite coefficient per group of modules and adapter, group by group.',
    message: (d: { readonly got: number; readonly expected: number }) =>
      `got ${d.got} finite coefficients, expected ${d.expected}.`,
  }),
  batchEmpty: defineError({
    code: 'EVALUATION_BATCH_EMPTY',
    summary: 'A gradient was asked for over no example.',
    remedy: 'Give a batch of one example or more.',
    message: () => 'a batch needs at least one example.',
  }),
} as const;
