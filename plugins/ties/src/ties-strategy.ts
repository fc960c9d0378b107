import { mergeDisjoint, withFloats, type MagnitudeCut } from '@crucible/engine/kernels';
import { defineModuleStrategy, type FusionContext, type ModuleMember, type TensorFlow } from '@crucible/sdk';
import { inFixedOrder } from '@crucible/sdk/elementwise';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { AdapterVectors } from './adapter-vectors.js';
import { checkDensities } from './check-densities.js';
import { combineObservations } from './combine-observations.js';
import { disjointRule } from './disjoint-rule.js';
import type { TiesState } from './global-state.js';
import { cutsOfMember, sharedCut } from './module-cuts.js';
import { observeModule, type TiesObservation } from './observe-module.js';
import { tiesOptions, type TiesOptions } from './options.js';
import { startState } from './start-state.js';
import { surveySteps } from './survey-steps.js';
import { trimmedMerge } from './trimmed-merge.js';

export const ties = defineModuleStrategy<typeof tiesOptions, TiesState, TiesObservation>({
  id: 'ties',
  title: 'TIES-Merging',
  description:
    'Keeps the largest entries of each task vector, elects a sign per entry, and merges only the entries that agree with it.',
  references: [
    {
      title: 'TIES-Merging: Resolving Interference When Merging Models',
      authors: 'Prateek Yadav, Derek Tam, Leshem Choshen, Colin Raffel, Mohit Bansal',
      year: 2023,
      arxiv: '2306.01708',
    },
  ],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['density', 'lambda'],
  perAdapter: ['density'],
  options: tiesOptions,
  check: checkDensities,
  survey: {
    rounds: (options) => surveySteps(options).length,
    start: startState,
    async observe(input, state, round, { tf, signal }) {
      signal.throwIfAborted();
      const { module, index, options } = input;
      const step = surveySteps(options)[round]!;
      return withMembers(tf, inFixedOrder(input), (members) =>
        observeModule({ module, index, members }, state, step, options),
      );
    },
    combine: (observations, state, round, options) =>
      combineObservations(observations, state, surveySteps(options)[round]!, options),
  },
  trimmedMerge,
  async fuseModule(input, state, context) {
    const members = inFixedOrder(input);
    const known = state ?? startState(input.options, input.adapterCount);
    const cuts: (readonly MagnitudeCut[])[] = [];
    for (const member of members) {
      context.signal.throwIfAborted();
      // One member at a time, and only where the trim must look at the entries: reading a tensor of a GPU copies it.
      const shared = sharedCut(member, known, input.options);
      if (shared) cuts.push(member.vectors.map(() => shared));
      else {
        cuts.push(await withMembers(context.tf, [member], ([m]) => cutsOfMember(m!, input, known, input.options)));
      }
    }
    const rule = disjointRule(input.options, known);
    const merge = (v: number): Promise<Tensor2D> =>
      mergeDisjoint(
        context.tf,
        members.map(({ vectors }) => vectors[v]!),
        members.map(({ weight }, m) => ({ weight, cut: cuts[m]![v]! })),
        rule,
      );
    return { kind: 'vectors', vectors: await mergeEach(members[0]!.vectors.length, merge, context) };
  },
});

async function mergeEach(
  count: number,
  merge: (index: number) => Promise<Tensor2D>,
  { signal }: FusionContext,
): Promise<readonly Tensor2D[]> {
  const merged: Tensor2D[] = [];
  try {
    for (let v = 0; v < count; v += 1) {
      signal.throwIfAborted();
      merged.push(await merge(v));
    }
    return merged;
  } catch (error) {
    merged.forEach((tensor) => tensor.dispose());
    throw error;
  }
}

/** Lends the entries of all members' vectors to `use`, without a copy where they lie in memory. */
function withMembers<Result>(
  tf: TensorFlow,
  members: readonly ModuleMember<TiesOptions>[],
  use: (members: readonly AdapterVectors[]) => Result,
): Promise<Result> {
  const tensors = members.flatMap(({ vectors }) => vectors);
  return withFloats(tf, tensors, (values) => {
    let next = 0;
    return use(
      members.map(({ position, weight, options, vectors }) => {
        const own = values.slice(next, next + vectors.length);
        next += vectors.length;
        return { position, weight, options, vectors: own };
      }),
    );
  });
}
