import { defineError } from '@crucible/engine/errors';

/** What can keep scores of lm-evaluation-harness from being taken in. */
export const harnessErrors = {
  invalid: defineError({
    code: 'IMPORT_HARNESS_INVALID',
    summary: 'A file is no results file of lm-evaluation-harness.',
    remedy: 'Give the results_….json that lm_eval wrote with --output_path.',
    message: (d: { file: string; problem: string }) => `${d.file}: ${d.problem}`,
  }),
  taskMissing: defineError({
    code: 'IMPORT_HARNESS_TASK_MISSING',
    summary: 'A results file has no task of a name.',
    remedy: 'Name a task that the file has.',
    message: (d: { file: string; name: string; known: string }) =>
      `${d.file}: has no task ${JSON.stringify(d.name)}; it has ${d.known}`,
  }),
  metricMissing: defineError({
    code: 'IMPORT_HARNESS_METRIC_MISSING',
    summary:
      'A task of a results file was not measured by the metric that was asked for, or not as Crucible measures it.',
    remedy: 'Choose another metric, or have lm_eval measure it.',
    message: (d: { file: string; name: string; metric: string; known: string }) =>
      `${d.file}: ${d.name} has no ${d.metric}; it has ${d.known}`,
  }),
  figureInvalid: defineError({
    code: 'IMPORT_HARNESS_FIGURE_INVALID',
    summary: 'A figure of a results file is out of its range, or comes without what its interval needs.',
    remedy: 'Check the file; have lm_eval reckon standard errors where one is lacking.',
    message: (d: { file: string; name: string; problem: string }) => `${d.file}: ${d.name}: ${d.problem}`,
  }),
} as const;
