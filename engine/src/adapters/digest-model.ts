import { createHash } from 'node:crypto';
import { compareNames, openTensorFolder, type OpenSafetensorsOptions, type TensorSource } from '../tensors/index.js';

const CHUNK = 4 << 20;

/**
 * SHA-256 over names, dtypes, shapes and bytes of all tensors, in order of their names: the identity of weights, whatever files they are shared
 * out over and in whatever order those hold them.
 */
export async function digestTensors(source: TensorSource): Promise<string> {
  const hash = createHash('sha256').update('crucible-tensors-1\n');
  for (const name of [...source.tensors.keys()].sort(compareNames)) {
    const { dtype, shape, byteLength } = source.info(name);
    // One line of JSON, then as many bytes as it says: no two sets of tensors give the same stream.
    hash.update(`${JSON.stringify([name, dtype, shape, byteLength])}\n`);
    for (let begin = 0; begin < byteLength; begin += CHUNK) {
      hash.update(await source.readRange(name, begin, Math.min(begin + CHUNK, byteLength)));
    }
  }
  return hash.digest('hex');
}

/** The identity of a base model: `digestTensors` of the weights in its folder. */
export async function digestModel(folder: string, options: OpenSafetensorsOptions = {}): Promise<string> {
  const tensors = await openTensorFolder(folder, options);
  try {
    return await digestTensors(tensors);
  } finally {
    await tensors.close();
  }
}
