import type { PeftDelta } from '../adapters/import/open-peft-delta.js';
import { tensorErrors } from '../tensors/index.js';
import type { DenseDeltas } from './write-merged-model.js';

/**
 * What a PEFT adapter adds to its base, for `writeMergedModel`: DoRA, biases and whole modules included, which are no low-rank updates by themselves. One
 * tensor is in memory at a time.
 */
export function deltasOfPeft(delta: PeftDelta): DenseDeltas {
  let held: { readonly tensor: string; readonly values: Promise<Float32Array> } | undefined;
  return {
    tensors: [...delta.parameters.keys()],
    async readRows(tensor, begin, end) {
      const parameter = delta.parameters.get(tensor);
      if (parameter === undefined) throw tensorErrors.notFound({ file: delta.path, tensor });
      if (held?.tensor !== tensor) held = { tensor, values: delta.readDelta(tensor) };
      const values = await held.values;
      const columns = values.length / Math.max(1, parameter.shape[0] ?? 1);
      return Float64Array.from(values.subarray(begin * columns, end * columns));
    },
  };
}
