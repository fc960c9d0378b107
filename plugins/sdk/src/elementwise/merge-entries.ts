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
 * Merges a module vector by vector: `merge` gets the entries of all members in a fixed order, and returns as many of its own. One vector of all members
 * is held at a time. On a GPU the entries are copied to this process and back; the result is the same on every backend.
 */
export async function mergeEntries<Options>(
  input: ModuleInput<Options>,
  { tf, signal }: Pick<FusionContext, 'tf' | 'signal'>,
  merge: (entries: readonly MemberEntries<Options>[], place: VectorPlace) => Float32Array,
): Promise<ModuleOutput> {
  const members = inFixedOrder(input);
  const merged: Tensor2D[] = [];
  try {
    for (let vector = 0; vector < members[0]!.vectors.length; vector += 1) {
      signal.throwIfAborted();
      const tensors = members.map(({ vectors }) => vectors[vector]!);
      const [rows, columns] = tensors[0]!.shape;
      const place = { module: input.module, vector, rows, columns };
      const values = await withFloats(tf, tensors, (floats) =>
        merge(
          members.map((member, m) => ({ member, values: floats[m]! })),
          place,
        ),
      );
      merged.push(tf.tensor2d(values, [rows, columns]));
    }
    return { kind: 'vectors', vectors: merged };
  } catch (error) {
    merged.forEach((tensor) => tensor.dispose());
    throw error;
  }
}
