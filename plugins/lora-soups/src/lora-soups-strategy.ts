import { descendCoefficients, groupByGranularity } from '@crucible/engine/search';
import { defineSearchStrategy } from '@crucible/sdk';
import { pullToStart } from './pull-to-start.js';
import { loraSoupsErrors } from './errors.js';
import { loraSoupsOptions } from './options.js';

/** The most adapters that are merged at once: as in the other searches. */
const MOST_ADAPTERS = 64;

export const loraSoups = defineSearchStrategy({
  id: 'loraSoups',
  title: 'LoRA Soups (CAT)',
  description:
    'Concatenates the adapters and learns one coefficient per adapter and layer by gradient descent on a few labelled validation examples of each task.',
  references: [
    {
      title: 'LoRA Soups: Merging LoRAs for Practical Skill Composition Tasks',
      authors: 'Akshara Prabhakar, Yuanzhi Li, Karthik Narasimhan, Sham Kakade, Eran Malach, Samy Jelassi',
      year: 2025,
      arxiv: '2410.13025',
    },
  ],
  needs: { minAdapters: 1, maxAdapters: MOST_ADAPTERS, validation: true, gradient: true, order: 'INVARIANT' },
  spaces: ['FRAME', 'CORE', 'DELTA'],
  objective: 'CROSS_ENTROPY',
  options: loraSoupsOptions,
  shots: ({ shots }) => shots,
  batchSize: ({ batchSize }) => batchSize,
  groups: (modules, { granularity }) => groupByGranularity(modules, granularity),
  evaluations: ({ steps, looks }) => steps + Math.min(looks, steps) + 1,
  async search({ options, weights }, objective, { signal, log }) {
    const { start, learningRate, steps, bound, decay, looks } = options;
    const { gradient, groupCount = 1, adapterCount, examples } = objective;
    if (gradient === undefined) throw loraSoupsErrors.noSlope({});
    const first = weights.map((weight) => (start === 'SUM' ? weight : weight / adapterCount));
    const origin = Array.from({ length: groupCount }, () => first).flat();
    const pull = pullToStart(origin, decay);
    const descent = await descendCoefficients(
      {
        evaluate: async (point) => (await objective.evaluate(point)).loss + pull(point).penalty,
        slope: async (point, step) => {
          const batch = await gradient(point, step);
          const { penalty, slope } = pull(point);
          return { loss: batch.loss + penalty, gradient: batch.gradient.map((g, i) => g + slope[i]!) };
        },
      },
      { start: origin, learningRate, steps, lowest: -bound, highest: bound, looks, signal },
    );
    log(`objective over ${examples} examples: ${descent.first.value} at the start, ${descent.best.value} at best`);
    return {
      coefficients: descent.best.point,
      trace: descent.steps.map(({ point, loss, best }, index) => {
        const { penalty } = pull(point);
        return { index, coefficients: point, loss: loss - penalty, penalty, objective: loss, best };
      }),
    };
  },
});
