import type { TensorFile, TensorSource } from '../tensors/index.js';
import type { Parameter, ParameterMap } from './calculus/model-weights.js';
import { modelErrors } from './errors.js';
import type { ParameterSpec, ParameterSpecs, StoredShapes } from './model.js';
import { HalfParameter } from './weights/half-parameter.js';
import { turnMatrix } from './weights/turn-matrix.js';

/** Names and shapes of all tensors of a folder. */
export const storedShapes = (source: TensorSource): StoredShapes =>
  new Map([...source.tensors].map(([name, { shape }]) => [name, shape]));

/**
 * Reads the parameters that an architecture calls for, one at a time. What the file holds as F16 or BF16 stays so in memory and is decoded when its values
 * are asked for: a model takes the room of its file, plus one tensor while it is read. Every name and shape is checked before any tensor is read.
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
      throw modelErrors.tensorMisshapen({ model: fileOf(model, source, stored), tensor: stored, got, expected });
    }
    found.set(name, stored);
  }
  const parameters = new Map<string, Parameter>();
  for (const [name, stored] of found) parameters.set(name, await readParameter(source, stored, specs.get(name)!));
  return parameters;
}

async function readParameter(
  source: TensorSource,
  stored: string,
  { shape, transposed = false }: ParameterSpec,
): Promise<Parameter> {
  // A transposed matrix is stored as `[in, out]`.
  const turn = <T extends Float32Array | Uint16Array>(values: T): T =>
    transposed ? turnMatrix(values, shape[1]!, shape[0]!) : values;
  const { dtype } = source.info(stored);
  if (dtype !== 'F16' && dtype !== 'BF16') return { shape, values: turn(await source.readFloat32(stored)) };
  const { buffer } = await source.read(stored);
  return new HalfParameter(shape, dtype, turn(new Uint16Array(buffer)));
}

/** The shard that holds a tensor; the folder where there is only one file. */
function fileOf(
  model: string,
  source: TensorSource & { readonly files?: readonly TensorFile[] },
  name: string,
): string {
  const { files = [] } = source;
  return (files.length > 1 ? files.find(({ tensors }) => tensors.has(name))?.path : undefined) ?? model;
}

const findStored = (source: TensorSource, name: string, { aliases = [] }: ParameterSpec): string | undefined =>
  [name, ...aliases].find((candidate) => source.tensors.has(candidate));

const storedShapeOf = ({ shape, storedShape, transposed }: ParameterSpec): readonly number[] =>
  storedShape ?? (transposed === true ? shape.toReversed() : shape);
