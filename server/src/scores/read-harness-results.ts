import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { normalQuantile, wilsonInterval } from '@crucible/engine/evaluation';
import { METRICS, type Measurement, type MetricName } from '@crucible/engine/metrics';
import { harnessErrors } from './harness-errors.js';

/** Bytes of a results file: the configurations of all tasks stand in it. */
const FILE_BYTES = 67_108_864;
const CONFIDENCE = 0.95;

const resultsSchema = z.object({
  results: z.record(z.string(), z.record(z.string(), z.unknown())),
  'n-samples': z.record(z.string(), z.object({ original: z.int(), effective: z.int().min(1) })),
  config: z.object({ model: z.string().nullish(), model_args: z.unknown().optional() }).optional(),
  lm_eval_version: z.string().nullish(),
});
type Results = z.output<typeof resultsSchema>;

/** What lm-evaluation-harness calls the metrics that mean the same here. (Its `f1` is that of one class, its `acc_norm` weighs by length: neither is here.) */
const NAMES: Readonly<Record<MetricName, readonly string[]>> = {
  accuracy: ['acc', 'accuracy'],
  macro_f1: ['f1_macro', 'macro_f1'],
  matthews: ['mcc'],
  pearson: ['pearson', 'pearsonr'],
  spearman: ['spearman', 'spearmanr'],
  exact_match: ['exact_match'],
  perplexity: ['perplexity'],
};

const RANGES: Readonly<Partial<Record<MetricName, readonly [number, number]>>> = {
  matthews: [-1, 1],
  pearson: [-1, 1],
  spearman: [-1, 1],
  perplexity: [1, Number.MAX_VALUE],
};

/** A results file that was read, and whose tasks can be asked for. */
export interface HarnessResults {
  /** Which model it was, as the file says. */
  readonly source: string;
  /** @throws IMPORT_HARNESS_TASK_MISSING, IMPORT_HARNESS_METRIC_MISSING, IMPORT_HARNESS_FIGURE_INVALID */
  measurement(name: string, metric: MetricName): Measurement;
  /** The figure of `own`, then whatever else the file tells of the task that means the same here. @throws as `measurement` for `own` */
  measurements(name: string, own: MetricName): readonly Measurement[];
}

/**
 * Reads the `results_….json` of lm-evaluation-harness (0.4).
 *
 * @param file what messages call it
 * @throws IMPORT_HARNESS_INVALID
 */
export async function readHarnessResults(path: string, file: string): Promise<HarnessResults> {
  const invalid = (problem: string, cause?: unknown) => harnessErrors.invalid({ file, problem }, cause);
  const { size } = await stat(path);
  if (size > FILE_BYTES) throw invalid(`it has ${size} bytes, at most ${FILE_BYTES} are read`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw invalid(`it is not JSON: ${(error as Error).message}`, error);
  }
  const parsed = resultsSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'invalid'}`, parsed.error);
  }
  const measurement = (name: string, metric: MetricName): Measurement => measurementOf(file, parsed.data, name, metric);
  return {
    source: sourceOf(parsed.data),
    measurement,
    measurements(name, own) {
      const first = measurement(name, own);
      const figures = parsed.data.results[name]!;
      const others = METRICS.filter((metric) => metric !== own && findFigure(figures, metric) !== undefined);
      return [first, ...others.map((metric) => measurement(name, metric))];
    },
  };
}

function measurementOf(
  file: string,
  { results, 'n-samples': samples }: Results,
  name: string,
  metric: MetricName,
): Measurement {
  const figures = results[name];
  const n = samples[name]?.effective;
  if (figures === undefined || n === undefined) {
    throw harnessErrors.taskMissing({ file, name, known: Object.keys(results).slice(0, 50).join(', ') || 'none' });
  }
  const found = findFigure(figures, metric);
  if (found === undefined) {
    const known = Object.keys(figures).filter((key) => key.includes(',') && !key.includes('_stderr'));
    throw harnessErrors.metricMissing({ file, name, metric, known: known.slice(0, 50).join(', ') || 'none' });
  }
  const { value, error } = found;
  const [least, most] = RANGES[metric] ?? [0, 1];
  const wrong = (problem: string) => harnessErrors.figureInvalid({ file, name, problem });
  if (!(value >= least && value <= most)) throw wrong(`${metric} is ${value}, expected ${least} to ${most}`);
  const correct = Math.round(value * n);
  // A share of right answers tells how many they are; then its interval is the one of our own scores.
  if ((metric === 'accuracy' || metric === 'exact_match') && Math.abs(value * n - correct) < 1e-6 * n) {
    return { metric, value, n, interval: wilsonInterval(correct, n, CONFIDENCE) };
  }
  if (error === undefined) throw wrong(`${metric} has no standard error`);
  const reach = normalQuantile((1 + CONFIDENCE) / 2) * error;
  const interval = { low: Math.max(least, value - reach), high: Math.min(most, value + reach), confidence: CONFIDENCE };
  return { metric, value, n, interval };
}

interface Figure {
  readonly value: number;
  readonly error: number | undefined;
}

/** Keys are `<metric>,<filter>`; of several filters `none` is taken, else the first. */
function findFigure(figures: Readonly<Record<string, unknown>>, metric: MetricName): Figure | undefined {
  for (const name of NAMES[metric]) {
    const filters = Object.keys(figures)
      .filter((key) => key.startsWith(`${name},`))
      .map((key) => key.slice(name.length + 1));
    const filter = filters.includes('none') ? 'none' : filters[0];
    if (filter === undefined) continue;
    const value = figures[`${name},${filter}`];
    const error = figures[`${name}_stderr,${filter}`];
    // "N/A" stands where nothing was reckoned.
    if (typeof value !== 'number') continue;
    return { value, error: typeof error === 'number' && error >= 0 ? error : undefined };
  }
  return undefined;
}

const NAMED_ARGUMENT = /(?:^|,)(?:pretrained|model|peft)=([^,]*)/g;
const SOURCE_CHARACTERS = 500;

/** Names of models alone: the other arguments may hold secrets. */
function sourceOf({ config, lm_eval_version: version }: Results): string {
  const given = config?.model_args;
  const named =
    typeof given === 'string'
      ? Array.from(given.matchAll(NAMED_ARGUMENT), ([, name]) => name!)
      : Object.entries(typeof given === 'object' && given !== null ? given : {}).flatMap(([key, value]) =>
          ['pretrained', 'model', 'peft'].includes(key) && typeof value === 'string' ? [value] : [],
        );
  const model = [config?.model, ...named].filter(Boolean).join(' ');
  return `lm-evaluation-harness${version ? ` ${version}` : ''}: ${model || 'a model that it does not name'}`.slice(
    0,
    SOURCE_CHARACTERS,
  );
}
