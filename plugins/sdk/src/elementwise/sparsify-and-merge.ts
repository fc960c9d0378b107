import type { FusionContext } from '../contract/context.js';
import type { ModuleInput, ModuleOutput } from '../contract/strategy.js';
import { mergeWith, type EntryMerge } from './entry-merge.js';
import { mergeEntries, type MemberEntries, type VectorPlace } from './merge-entries.js';

/**
 * The order of generalized task arithmetic: sparsify each task vector by its own options, weight it, elect signs where the merge asks for that, add up.
 * `sparsify` returns new entries, or those that it was lent where it drops none. In a linear merge λ is
 * each adapter's own, as it may be scheduled.
 */
export function sparsifyAndMerge<Options extends { readonly lambda: number }>(
  input: ModuleInput<Options>,
  context: Pick<FusionContext, 'tf' | 'signal'>,
  sparsify: (entries: MemberEntries<Options>, place: VectorPlace) => Float32Array,
  merge: EntryMerge,
): Promise<ModuleOutput> {
  return mergeEntries(input, context, (entries, place) =>
    mergeWith(
      entries.map((own) => sparsify(own, place)),
      entries.map(({ member: { weight, options } }) => (merge.kind === 'LINEAR' ? options.lambda * weight : weight)),
      merge,
      input,
    ),
  );
}
