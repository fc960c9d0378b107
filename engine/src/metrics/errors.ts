import { defineError } from '../errors/index.js';

/** What can be wrong with answers that are to be measured. */
export const metricErrors = {
  countMismatched: defineError({
    code: 'METRIC_COUNT_MISMATCHED',
    summary: 'There are not as many predictions as expected answers.',
    remedy: 'Give one prediction per example, in the order of the examples.',
    message: (d: { readonly got: number; readonly expected: number }) =>
      `got ${d.got} predictions for ${d.expected} examples.`,
  }),
  empty: defineError({
    code: 'METRIC_EMPTY',
    summary: 'There is nothing to measure.',
    remedy: 'Measure at least one example.',
    message: () => 'a metric needs at least one example.',
  }),
  kindMismatched: defineError({
    code: 'METRIC_KIND_MISMATCHED',
    summary: 'A metric was asked of answers that it cannot read.',
    remedy: 'Choose a metric that reads what the task answers with.',
    message: (d: { readonly metric: string; readonly got: string; readonly expected: string }) =>
      `${d.metric} reads ${d.expected}, the answers are ${d.got}.`,
  }),
  classInvalid: defineError({
    code: 'METRIC_CLASS_INVALID',
    summary: 'An expected or predicted class does not exist.',
    remedy: 'Number classes from 0; a prediction that names no class is -1, an expected class is never so.',
    message: (d: { readonly example: number; readonly got: number; readonly classes: number }) =>
      `example ${d.example} has class ${d.got}; there are classes 0 to ${d.classes - 1}.`,
  }),
  numberInvalid: defineError({
    code: 'METRIC_NUMBER_INVALID',
    summary: 'An expected number is not finite, or a likelihood is not what it must be.',
    remedy: 'Expected numbers are finite; negative log-likelihoods are finite and at least 0, over at least one token.',
    message: (d: { readonly example: number; readonly what: string; readonly got: number }) =>
      `example ${d.example}: ${d.what} is ${d.got}.`,
  }),
  optionInvalid: defineError({
    code: 'METRIC_OPTION_INVALID',
    summary: 'The confidence or the number of resamples of an interval is out of range.',
    remedy: 'Give a confidence between 0 and 1, and 100 to 100,000 resamples.',
    message: (d: { readonly what: string; readonly got: number }) => `${d.what} is out of range: ${d.got}.`,
  }),
} as const;
