import type { TensorSource } from '../tensors/index.js';
import type { Parameter, ParameterMap } from './calculus/model-weights.js';
import { modelErrors } from './errors.js';
import type { ParameterSpec, ParameterSpecs, StoredShapes } from './model.js';

/** Names and shapes of all tensors of a folder. */
export const storedShapes = (source: TensorSource): StoredShapes =>
  new Map([...source.tensors].map(([name, { shape }]) => [name, shape]));

/**
 * Reads the parameters that an architecture calls for, in float32 (F32, F16, BF16 in the file), one at a time. Every name and shape is checked before
 * any tensor is read.
 *
 * @throws modelErrors.tensorMissing, modelErrors.tensorMisshapen, tensorErrors
 */
export async function loadParameters(
  model: string,
  source: TensorSource,
  specs: ParameterSpecs,
): Promise<ParameterMap> {
  const found = new Map<string, string>();
  for (const [name, spec] of specs) {
    const stored = findStored(source, name, spec);
    if (stored === undefined) {
      if (spec.optional === true) continue;
      throw modelErrors.tensorMissing({ model, tensor: name });
    }
    const expected = storedShapeOf(spec);
    const got = source.info(stored).shape;
    if (got.length !== expected.length || got.some((extent, axis) => extent !== expected[axis])) {
      throw modelErrors.tensorMisshapen({ model, tensor: stored, got, expected });
    }
    found.set(name, stored);
  }
  const parameters = new Map<string, Parameter>();
  for (const [name, stored] of found) {
    const { shape, transposed } = specs.get(name)!;
    const values = await source.readFloat32(stored);
    parameters.set(name, { shape, values: transposed === true ? turn(values, shape) : values });
  }
  return parameters;
}

const findStored = (source: TensorSource, name: string, { aliases = [] }: ParameterSpec): string | undefined =>
  [name, ...aliases].find((candidate) => source.tensors.has(candidate));

const storedShapeOf = ({ shape, storedShape, transposed }: ParameterSpec): readonly number[] =>
  storedShape ?? (transposed === true ? shape.toReversed() : shape);

/** `[in, out]` to `[out, in]`. */
function turn(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows!; row += 1) {
    for (let column = 0; column < columns!; column += 1)
      turned[row * columns! + column] = values[column * rows! + row]!;
  }
  return turned;
}
