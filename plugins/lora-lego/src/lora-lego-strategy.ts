import { taskUpdate, toFactors } from '@crucible/engine/algebra';
import { defineModuleStrategy } from '@crucible/sdk';
import { assembleUnits } from './assemble-units.js';
import { clusterUnits } from './cluster-units.js';
import { collectUnits } from './collect-units.js';
import { loraLegoOptions } from './options.js';
import { takeTurns } from './take-turns.js';
import { unitProducts } from './unit-products.js';

export const loraLego = defineModuleStrategy({
  id: 'loraLego',
  title: 'LoRA-LEGO',
  description:
    'Takes adapters apart into rank-one units, clusters those of all adapters, and builds the result from the centroids: one rank for any mix of ranks.',
  references: [
    {
      title: 'Merging LoRAs like Playing LEGO: Pushing the Modularity of LoRA to Extremes Through Rank-Wise Clustering',
      authors: 'Ziyu Zhao, Tao Shen, Didi Zhu, Zexi Li, Jing Su, Xuwu Wang, Kun Kuang, Fei Wu',
      year: 2025,
      arxiv: '2409.16167',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['CORE'],
  schedulable: ['rank', 'lambda'],
  perAdapter: [],
  // Units are compared by inner products alone; the sign of a singular unit is that of its largest entry.
  followsRotations: ({ units }) => units === 'STORED',
  options: loraLegoOptions,
  fuseModule: async ({ module, members, options, outFeatures, inFeatures }, _state, { signal, random }) => {
    const used = members.filter(({ weight }) => weight !== 0);
    const rank = options.rank ?? Math.max(1, ...used.map(({ factors }) => factors.rank));
    const nothing = { kind: 'combination', coefficients: members.map(() => 0) } as const;
    if (used.length === 0) return nothing;
    const pool = collectUnits(
      used.map(({ digest, factors, weight }) => ({
        digest,
        update: taskUpdate(factors, { outFeatures, inFeatures }, weight),
      })),
      options.units,
    );
    if (pool.origins.length === 0) return nothing;
    const turn = takeTurns(signal);
    const clusters = await clusterUnits(await unitProducts(pool, turn), {
      count: rank,
      restarts: options.restarts,
      turn,
      draw(restart, step, unit) {
        const { digest, place } = pool.origins[unit]!;
        return random.uniform(['lora-lego', module, digest, restart, step], 1, place)[0]!;
      },
    });
    const merged = assembleUnits(pool, clusters, options);
    return { kind: 'factors', factors: toFactors({ ...merged, scale: merged.scale * options.lambda }) };
  },
});
