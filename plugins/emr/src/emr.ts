import { defineModuleStrategy, type FusionContext, type ModuleInput } from '@crucible/sdk';
import { readEntries, tensorsLike, weigh } from '@crucible/sdk/elementwise';
import { emrOptions, rulesOf, type EmrOptions } from './options.js';
import { quotient, rescalersOf, type MemberMasses } from './rescalers.js';
import { massesOf, maskUnified, unify } from './unify.js';

/** Rescalers by position, once the survey has found them. */
interface EmrState {
  readonly rescalers: readonly number[];
}

/**
 * Elect, mask and rescale: one unified task vector for all, and for each adapter the part of it that has the adapter's own signs, rescaled to the
 * adapter's own magnitude. One fused adapter for each that went in: which task an input belongs to must be known when it is used.
 */
export const emr = defineModuleStrategy<typeof emrOptions, EmrState, readonly MemberMasses[]>({
  id: 'emr',
  title: 'EMR-Merging',
  description:
    'Unifies all task vectors into one, and gives each adapter the part of it that agrees with its own signs, rescaled. One result per adapter.',
  references: [
    {
      title: 'EMR-Merging: Tuning-Free High-Performance Model Merging',
      authors: 'Chenyu Huang, Peng Ye, Tao Chen, Tong He, Xiangyu Yue, Wanli Ouyang',
      year: 2024,
      arxiv: '2405.17461',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  outputs: 'PER_ADAPTER',
  schedulable: ['lambda'],
  options: emrOptions,
  survey: {
    rounds: (options) => (['TOTAL', 'TENSOR_MEANS'].includes(rulesOf(options).rescale) ? 1 : 0),
    start: (_, adapterCount) => ({ rescalers: Array.from({ length: adapterCount }, () => 1) }),
    observe: massesOfModule,
    combine: (observations, { rescalers }, _, options) => ({
      rescalers: rescalersOf(observations, rescalers.length, rulesOf(options)),
    }),
  },
  async fuseModule(input, state, context) {
    const rules = rulesOf(input.options);
    const local = rules.rescale === 'MODULE' ? await massesOfModule(input, state, 0, context) : [];
    const factorOf = (position: number): number => {
      const own = local.find((member) => member.position === position);
      if (own === undefined) return state?.rescalers[position] ?? 1;
      return quotient({ own: sumOf(own.vectors, 'own'), masked: sumOf(own.vectors, 'masked') });
    };
    const parts = await readEntries(input, context, (entries) => {
      const vectors = weigh(entries);
      const unified = unify(vectors, rules);
      return new Map(
        entries.map(({ member: { position, options } }, m) => [
          position,
          maskUnified(unified, vectors[m]!, options.lambda * factorOf(position)),
        ]),
      );
    });
    const outputs = input.members.map(({ position }) =>
      tensorsLike(
        input,
        parts.map((part) => part.get(position)!),
        context,
      ),
    );
    return { kind: 'outputs', outputs };
  },
});

async function massesOfModule(
  input: ModuleInput<EmrOptions>,
  _: EmrState,
  __: number,
  context: FusionContext,
): Promise<readonly MemberMasses[]> {
  const rules = rulesOf(input.options);
  const parts = await readEntries(input, context, (entries) => {
    const vectors = weigh(entries);
    const unified = unify(vectors, rules);
    return entries.map(({ member: { position } }, m) => ({
      position,
      size: unified.length,
      ...massesOf(unified, vectors[m]!),
    }));
  });
  return input.members.map(({ position }) => ({
    position,
    vectors: parts.map((members) => members.find((member) => member.position === position)!),
  }));
}

const sumOf = (vectors: MemberMasses['vectors'], key: 'own' | 'masked'): number =>
  vectors.reduce((sum, vector) => sum + vector[key], 0);
