import { createHash } from 'node:crypto';
import { compareNames, type TensorSource } from '../../tensors/index.js';

/** Stands for a base that is known by name alone: adapters that tell one name and revision belong together. */
export function digestBaseName(base: { readonly name: string; readonly revision?: string }): string {
  const named = JSON.stringify([base.name, base.revision ?? null]);
  return createHash('sha256').update(`crucible-base-name-1\n${named}`).digest('hex');
}

/**
 * Stands for a base that an adapter does not name: whatever it is, it is this very adapter's. Two adapters of unnamed bases belong together only if they are
 * the same tensors, for nothing says that they do.
 */
export async function digestUnnamedBase(weights: TensorSource, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256').update('crucible-base-unnamed-1\n');
  for (const name of [...weights.tensors.keys()].sort(compareNames)) {
    signal?.throwIfAborted();
    const { dtype, shape } = weights.info(name);
    hash.update(`${JSON.stringify([name, dtype, shape])}\n`).update(await weights.read(name));
  }
  return hash.digest('hex');
}
