import { searchCoefficients } from '@crucible/engine/search';
import { defineSearchStrategy, type SearchStep } from '@crucible/sdk';
import { loraHubErrors } from './errors.js';
import { scoreObjective, WORST } from './objective-of.js';
import { loraHubOptions } from './options.js';

/** The most coefficients that are searched: a covariance of more could not be learnt from any budget that is allowed. */
const MOST_ADAPTERS = 64;

export const loraHub = defineSearchStrategy({
  id: 'loraHub',
  title: 'LoraHub',
  description:
    'Searches one coefficient per adapter, without gradients, that minimizes the loss on a few validation examples of each task.',
  references: [
    {
      title: 'LoraHub: Efficient Cross-Task Generalization via Dynamic LoRA Composition',
      authors: 'Chengsong Huang, Qian Liu, Bill Yuchen Lin, Tianyu Pang, Chao Du, Min Lin',
      year: 2023,
      arxiv: '2307.13269',
    },
    { title: 'The CMA Evolution Strategy: A Tutorial', authors: 'Nikolaus Hansen', year: 2016, arxiv: '1604.00772' },
  ],
  needs: { minAdapters: 1, maxAdapters: MOST_ADAPTERS, validation: true, order: 'MATTERS' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'ZERO',
  options: loraHubOptions,
  shots: ({ shots }) => shots,
  evaluations: ({ budget }) => budget,
  async search({ options, weights }, objective, { random, signal, log }) {
    const { start, sigma, bound, budget } = options;
    const count = objective.adapterCount;
    const trace: SearchStep[] = [];
    const { point, value } = await searchCoefficients(
      async (coefficients, index) => {
        const scored = scoreObjective(await objective.evaluate(coefficients), coefficients, options);
        const best = Math.min(scored.objective, trace.at(-1)?.best ?? Infinity);
        trace.push({ index, coefficients, ...scored, best });
        return scored.objective;
      },
      {
        start: Array.from({ length: count }, (_, i) => (start === 'ZERO' ? 0 : (weights[i] ?? 1) / count)),
        sigma,
        bound,
        budget,
        normals: (generation, amount) => random.normal(['loraHub', 'cma-es', generation], amount),
        signal,
      },
    );
    if (value === WORST) throw loraHubErrors.noFiniteLoss({ evaluations: budget });
    log(
      `${budget} evaluations on ${objective.examples} examples: objective ${trace[0]!.objective} at the start, ${value} at best`,
    );
    return { coefficients: point, trace };
  },
});
