import type { Tensor2D } from '@tensorflow/tfjs-core';
import { defineModuleStrategy } from '@crucible/sdk';
import { fisherErrors } from './errors.js';
import { divisorOf, measureInformation, type Information } from './information.js';
import { fisherOptions } from './options.js';
import { weighByFisher } from './weigh-by-fisher.js';

/** By the adapters' positions. */
type Divisors = readonly number[];
type Observation = readonly (Information & { readonly position: number })[];

export const fisher = defineModuleStrategy<typeof fisherOptions, Divisors, Observation>({
  id: 'fisher',
  title: 'Fisher merging',
  description:
    'Averages entry by entry, each adapter weighed by how much the entry matters to its own task: its mean squared gradient, the diagonal of the Fisher information.',
  references: [
    {
      title: 'Merging Models with Fisher-Weighted Averaging',
      authors: 'Michael Matena, Colin Raffel',
      year: 2022,
      arxiv: '2111.09832',
    },
  ],
  needs: { minAdapters: 1, statistics: 'FISHER', order: 'INVARIANT' },
  spaces: ['DELTA'],
  schedulable: ['floor', 'lambda'],
  perAdapter: [],
  options: fisherOptions,
  survey: {
    rounds: ({ normalize }) => (normalize === 'NONE' ? 0 : 1),
    start: (_options, adapterCount) => Array.from({ length: adapterCount }, () => 1),
    // The host has refused adapters without statistics.
    observe: ({ members, options: { normalize } }) =>
      members.map(({ position, statistics }) => ({ position, ...measureInformation(statistics!, normalize) })),
    combine(observations, divisors, _round, { normalize }) {
      const totals = divisors.map(() => ({ entries: 0, sum: 0 }));
      for (const { position, entries, sum } of observations.flat()) {
        totals[position]!.entries += entries;
        totals[position]!.sum += sum;
      }
      return totals.map((information, position) => {
        const divisor = divisorOf(information, normalize);
        if (!(divisor > 0)) throw fisherErrors.nothingMatters({ position });
        return divisor;
      });
    },
  },
  async fuseModule({ members, options: { floor, lambda }, outFeatures, inFeatures }, divisors, { tf, signal }) {
    const negative = members.find(({ weight }) => weight < 0);
    if (negative) throw fisherErrors.weightNegative({ position: negative.position, got: negative.weight });
    const items = [];
    for (const { position, weight, statistics, vectors } of members) {
      signal.throwIfAborted();
      const delta = await vectors[0]!.data<'float32'>();
      items.push({ delta, fisher: statistics!, divisor: divisors[position]!, weight });
    }
    const merged = weighByFisher(items, floor, lambda);
    return { kind: 'vectors', vectors: [tf.tensor2d(merged, [outFeatures, inFeatures], 'float32') satisfies Tensor2D] };
  },
});
