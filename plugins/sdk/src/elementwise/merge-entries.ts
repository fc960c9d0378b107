import { withFloats } from '@crucible/engine/kernels';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FusionContext } from '../contract/context.js';
import type { ModuleInput, ModuleMember, ModuleOutput } from '../contract/strategy.js';
import { inFixedOrder } from './fixed-order.js';

/** One member's entries of one vector, row-major. Lent: read, never keep, never mutate. */
export interface MemberEntries<Options> {
  readonly member: ModuleMember<Options>;
  readonly values: Float32Array;
}

/** Which of a module's vectors the entries are of, and its shape. */
export interface VectorPlace {
  readonly module: string;
  /** 0 unless the space is FACTOR, where 0 is A's and 1 is B's. */
  readonly vector: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Lends the entries of a module to `use`, vector by vector: those of all members, in a fixed order, and gives back what it made of each. On a GPU the
 * entries are copied to this process, so that the result is the same on every backend.
 */
export async function readEntries<Options, Result>(
  input: ModuleInput<Options>,
  { tf, signal }: Pick<FusionContext, 'tf' | 'signal'>,
  use: (entries: readonly MemberEntries<Options>[], place: VectorPlace) => Result,
): Promise<readonly Result[]> {
  const members = inFixedOrder(input);
  const results: Result[] = [];
  for (let vector = 0; vector < members[0]!.vectors.length; vector += 1) {
    signal.throwIfAborted();
    const tensors = members.map(({ vectors }) => vectors[vector]!);
    const [rows, columns] = tensors[0]!.shape;
    const place = { module: input.module, vector, rows, columns };
    results.push(
      await withFloats(tf, tensors, (floats) =>
        use(
          members.map((member, m) => ({ member, values: floats[m]! })),
          place,
        ),
      ),
    );
  }
  return results;
}

/** Merges a module vector by vector: `merge` gets the entries of all members in a fixed order, and returns as many of its own. */
export async function mergeEntries<Options>(
  input: ModuleInput<Options>,
  context: Pick<FusionContext, 'tf' | 'signal'>,
  merge: (entries: readonly MemberEntries<Options>[], place: VectorPlace) => Float32Array,
): Promise<ModuleOutput> {
  const merged = await readEntries(input, context, merge);
  return { kind: 'vectors', vectors: tensorsLike(input, merged, context) };
}

/** Tensors of new entries, in the shapes of each member's vectors. */
export function tensorsLike(
  { members }: Pick<ModuleInput<unknown>, 'members'>,
  vectors: readonly Float32Array[],
  { tf }: Pick<FusionContext, 'tf'>,
): readonly Tensor2D[] {
  return vectors.map((values, v) => tf.tensor2d(values, members[0]!.vectors[v]!.shape));
}
