import { defineError } from '../errors/index.js';

/** What can be wrong with a training. */
export const trainingErrors = {
  optionInvalid: defineError({
    code: 'TRAINING_OPTION_INVALID',
    summary: 'A setting of a training is out of range.',
    remedy: 'Change the setting that the error names.',
    message: (d: { readonly option: string; readonly got: string; readonly expected: string }) =>
      `${d.option} is ${d.got}; expected ${d.expected}.`,
  }),
  checkpointForeign: defineError({
    code: 'TRAINING_CHECKPOINT_FOREIGN',
    summary: 'A checkpoint belongs to another training: other data, settings or starting point.',
    remedy: 'Delete the checkpoint, or go on with the training that wrote it.',
    message: (d: { readonly file: string; readonly reason: string }) =>
      `${d.file} is no checkpoint of this training: ${d.reason}.`,
  }),
  deltaTooLarge: defineError({
    code: 'TRAINING_DELTA_TOO_LARGE',
    summary: 'A parameter is too large to be kept as a change of the base.',
    remedy: 'Leave the parameter out of the targets, or train a low-rank adapter on it.',
    message: (d: {
      readonly name: string;
      readonly rank: number;
      readonly entries: number;
      readonly mostRank: number;
      readonly mostEntries: number;
    }) =>
      `the change of ${d.name} has rank ${d.rank} and ${d.entries} entries; at most rank ${d.mostRank} and ${d.mostEntries} entries are kept.`,
  }),
  diverged: defineError({
    code: 'TRAINING_DIVERGED',
    summary: 'The loss is no number any more.',
    remedy: 'Use a lower learning rate, or a longer warm-up.',
    message: (d: { readonly step: number; readonly learningRate: number }) =>
      `the loss of step ${d.step} is not finite, at a learning rate of ${d.learningRate}.`,
  }),
} as const;
