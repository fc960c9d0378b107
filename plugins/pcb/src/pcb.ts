import { defineModuleStrategy } from '@crucible/sdk';
import { kthSmallest, makeEntries, mergeEntries, weigh } from '@crucible/sdk/elementwise';
import { mergeBalanced, scoreEntries, type Tails } from './competition.js';
import { pcbOptions } from './options.js';
import { scoreRank, tailRanks } from './ranks.js';
import { largestOf, survey, type PcbState } from './survey.js';

/** Entries compete within their task vector by magnitude, and among the tasks by agreement; the best of each vector are averaged by their scores. */
export const pcb = defineModuleStrategy({
  id: 'pcb',
  title: 'PCB-Merging',
  description:
    'Scores each entry by its magnitude within its task vector and its agreement with the others, drops the weak ones, and averages by score.',
  references: [
    {
      title: 'Parameter Competition Balancing for Model Merging',
      authors:
        'Guodong Du, Junlin Lee, Jing Li, Runhua Jiang, Yifei Guo, Shuyang Yu, Hanting Liu, Sim Kuan Goh, Ho-Kin Tang, Daojing He, Min Zhang',
      year: 2024,
      arxiv: '2410.02396',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['density', 'lambda'],
  options: pcbOptions,
  survey,
  fuseModule(input, state: PcbState | undefined, context) {
    const { scope, tail } = input.options;
    return mergeEntries(input, context, (entries) => {
      const vectors = weigh(entries);
      const known = entries.map(({ member }) => (scope === 'GLOBAL' ? state?.adapters[member.position] : undefined));
      const tails = vectors.map((values, m) => known[m]?.tails ?? tailsOf(values, tail));
      const scores = scoreEntries(vectors, tails, input.adapterCount);
      return mergeBalanced(
        entries.map(({ member: { options } }, m) => ({
          values: vectors[m]!,
          scores: scores[m]!,
          tails: tails[m]!,
          range: known[m]?.range ?? rangeOf(scores[m]!, options.density),
          lambda: options.lambda,
        })),
      );
    });
  },
});

function tailsOf(values: Float32Array, tail: number): Tails {
  const magnitudes = makeEntries(values.length, (i) => Math.abs(values[i]!));
  const [least, most] = tailRanks(values.length, tail).map((rank) => kthSmallest(magnitudes, rank));
  return { least: least!, most: most! };
}

const rangeOf = (scores: Float32Array, density: number): { readonly threshold: number; readonly most: number } => ({
  threshold: kthSmallest(scores, scoreRank(scores.length, density)),
  most: largestOf(scores),
});
