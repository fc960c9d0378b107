import { groupByDepth, searchCoefficients } from '@crucible/engine/search';
import { defineSearchStrategy, type SearchStep } from '@crucible/sdk';
import { cmaEsErrors } from './errors.js';
import { cmaEsLimits, cmaEsOptions } from './options.js';
import { roughness } from './roughness.js';

/** What a loss that is not finite counts as: worse than any other, and still a number that a trace can hold. */
const WORST = Number.MAX_VALUE;

export const cmaEs = defineSearchStrategy({
  id: 'cmaEs',
  title: 'CMA-ES over layers',
  description:
    'Evolves one coefficient per adapter and block of layers, without gradients, that minimizes the loss on a few labelled validation examples of each task.',
  references: [
    {
      title: 'Evolutionary Optimization of Model Merging Recipes',
      authors: 'Takuya Akiba, Makoto Shing, Yujin Tang, Qi Sun, David Ha',
      year: 2024,
      arxiv: '2403.13187',
    },
    { title: 'The CMA Evolution Strategy: A Tutorial', authors: 'Nikolaus Hansen', year: 2016, arxiv: '1604.00772' },
  ],
  needs: { minAdapters: 1, maxAdapters: cmaEsLimits.coefficients, validation: true, order: 'MATTERS' },
  spaces: ['FRAME', 'CORE', 'DELTA'],
  options: cmaEsOptions,
  shots: ({ shots }) => shots,
  groups: (modules, { layerGroups }) => groupByDepth(modules, layerGroups),
  evaluations: ({ budget }) => budget,
  async search({ options, weights }, objective, { random, signal, log }) {
    const { start, sigma, bound, budget, smoothness } = options;
    const { groupCount = 1, adapterCount, examples } = objective;
    const limit = cmaEsLimits.coefficients;
    if (groupCount * adapterCount > limit) {
      throw cmaEsErrors.tooManyCoefficients({ groups: groupCount, adapters: adapterCount, limit });
    }
    const first = weights.map((weight) => ({ AVERAGE: weight / adapterCount, SUM: weight, ZERO: 0 })[start]);
    const trace: SearchStep[] = [];
    const { point, value } = await searchCoefficients(
      async (coefficients, index) => {
        const value = await objective.evaluate(coefficients);
        const loss = Number.isFinite(value.loss) ? value.loss : WORST;
        const penalty = smoothness * roughness(coefficients, adapterCount);
        const total = loss === WORST ? WORST : loss + penalty;
        const best = Math.min(total, trace.at(-1)?.best ?? Infinity);
        trace.push({ index, coefficients, loss, penalty, objective: total, best });
        return total;
      },
      {
        start: Array.from({ length: groupCount }, () => first).flat(),
        sigma,
        bound,
        budget,
        normals: (generation, count) => random.normal(['cmaEs', generation], count),
        signal,
      },
    );
    if (value === WORST) throw cmaEsErrors.noFiniteLoss({ evaluations: budget });
    log(
      `${budget} candidates of ${groupCount} × ${adapterCount} coefficients on ${examples} examples: objective ${trace[0]!.objective} at the start, ${value} at best`,
    );
    return { coefficients: point, trace };
  },
});
