import { defineError } from '../errors/index.js';

/** What can be wrong with an analysis. */
export const analysesErrors = {
  gridInvalid: defineError({
    code: 'ANALYSES_GRID_INVALID',
    summary: 'The grid of an analysis has no points, or ends that are not numbers.',
    remedy: 'Give a finite start below a finite end, and 2 or more steps.',
    message: (d: { readonly from: number; readonly to: number; readonly steps: number }) =>
      `a grid of ${d.steps} steps from ${d.from} to ${d.to} cannot be walked; expected finite from < to and a whole number of steps from 2.`,
  }),
  limitExceeded: defineError({
    code: 'ANALYSES_LIMIT_EXCEEDED',
    summary: 'An analysis asks for more than one may.',
    remedy: 'Take a coarser grid, or fewer examples.',
    message: (d: { readonly what: string; readonly got: number; readonly limit: number }) =>
      `${d.what} of the analysis: ${d.got}, at most ${d.limit} are computed.`,
  }),
  noExamples: defineError({
    code: 'ANALYSES_NO_EXAMPLES',
    summary: 'A task of an analysis has no examples in the split that was asked for.',
    remedy: 'Take a split that has examples.',
    message: (d: { readonly task: string }) => `the task "${d.task}" has no examples to look at.`,
  }),
  vectorsInvalid: defineError({
    code: 'ANALYSES_VECTORS_INVALID',
    summary: 'Task vectors do not span the plane that was asked for.',
    remedy: 'In FACTOR space all adapters need one rank in every module; take DELTA.',
    message: (d: { readonly module: string; readonly got: string; readonly expected: string }) =>
      `module "${d.module}": got ${d.got}; expected ${d.expected}.`,
  }),
  scoresInvalid: defineError({
    code: 'ANALYSES_SCORES_INVALID',
    summary: 'A curve lacks a score of one of its points.',
    remedy: 'Score every point on every task, on VALIDATION and on TEST.',
    message: (d: { readonly got: number; readonly expected: number }) =>
      `a point of the curve has ${d.got} scores; expected ${d.expected}, one per task.`,
  }),
};
