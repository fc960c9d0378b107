/** What a task is scored by. */
export const METRICS = [
  'accuracy',
  'macro_f1',
  'matthews',
  'pearson',
  'spearman',
  'exact_match',
  'perplexity',
] as const;
export type MetricName = (typeof METRICS)[number];

/** What a metric reads of an example: a class, a number, a text, or how likely the text was. */
export type AnswerKind = 'classes' | 'numbers' | 'texts' | 'likelihoods';

export const METRIC_READS: Readonly<Record<MetricName, AnswerKind>> = {
  accuracy: 'classes',
  macro_f1: 'classes',
  matthews: 'classes',
  pearson: 'numbers',
  spearman: 'numbers',
  exact_match: 'texts',
  perplexity: 'likelihoods',
};

/** Whether the smaller figure is the better one. */
export const isLossLike = (metric: MetricName): boolean => metric === 'perplexity';

export function isMetricName(name: string): name is MetricName {
  return (METRICS as readonly string[]).includes(name);
}
