import { descendCoefficients, groupByGranularity } from '@crucible/engine/search';
import { defineSearchStrategy } from '@crucible/sdk';
import { adaMergingErrors } from './errors.js';
import { adaMergingOptions } from './options.js';

/** The most adapters that are merged at once: as in the other searches. */
const MOST_ADAPTERS = 64;

export const adaMerging = defineSearchStrategy({
  id: 'adaMerging',
  title: 'AdaMerging',
  description:
    'Learns one coefficient per adapter, or per adapter and layer, that makes the merged model sure of its predictions on unlabelled examples of all tasks.',
  references: [
    {
      title: 'AdaMerging: Adaptive Model Merging for Multi-Task Learning',
      authors: 'Enneng Yang, Zhenyi Wang, Li Shen, Shiwei Liu, Guibing Guo, Xingwei Wang, Dacheng Tao',
      year: 2024,
      arxiv: '2310.02575',
    },
  ],
  needs: { minAdapters: 1, maxAdapters: MOST_ADAPTERS, validation: true, gradient: true, order: 'INVARIANT' },
  spaces: ['FRAME', 'CORE', 'DELTA'],
  objective: 'ENTROPY',
  options: adaMergingOptions,
  shots: ({ shots }) => shots,
  batchSize: ({ batchSize }) => batchSize,
  groups: (modules, { granularity }) => groupByGranularity(modules, granularity),
  evaluations: ({ steps, looks }) => steps + Math.min(looks, steps) + 1,
  async search({ options, weights }, objective, { signal, log }) {
    const { init, learningRate, steps, lowest, highest, looks } = options;
    const { gradient, groupCount = 1, examples } = objective;
    if (lowest > highest) throw adaMergingErrors.boundsCrossed({ lowest, highest });
    if (gradient === undefined) throw adaMergingErrors.noSlope({});
    const descent = await descendCoefficients(
      {
        evaluate: async (point) => (await objective.evaluate(point)).loss,
        slope: (point, step) => gradient(point, step),
      },
      {
        start: Array.from({ length: groupCount }, () => weights.map((weight) => init * weight)).flat(),
        learningRate,
        steps,
        lowest,
        highest,
        looks,
        signal,
      },
    );
    log(`entropy over ${examples} examples: ${descent.first.value} at the start, ${descent.best.value} at best`);
    return {
      coefficients: descent.best.point,
      trace: descent.steps.map(({ point, loss, best }, index) => ({
        index,
        coefficients: point,
        loss,
        penalty: 0,
        objective: loss,
        best,
      })),
    };
  },
});
