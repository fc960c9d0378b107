import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DTYPE_BITS, encodeBF16, encodeF16, viewBytes, writeSafetensors, type Dtype } from '../tensors/index.js';

/** One tensor of a model that a test writes down. */
export interface SmallTensor {
  readonly shape: readonly number[];
  readonly dtype?: Dtype;
  /** Repeated until the tensor is full. */
  readonly values?: readonly number[];
}

export type SmallTensors = Readonly<Record<string, SmallTensor>>;

/** Writes a model folder of one file, or of as many shards as there are groups of names. */
export async function writeSmallModel(
  folder: string,
  tensors: SmallTensors,
  config: Readonly<Record<string, unknown>> | undefined = { architectures: ['Small'], torch_dtype: 'float32' },
  shards?: readonly (readonly string[])[],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (config) await writeFile(join(folder, 'config.json'), JSON.stringify(config, null, 2));
  const groups = shards ?? [Object.keys(tensors)];
  const weightMap: Record<string, string> = {};
  for (const [index, names] of groups.entries()) {
    const file = shards ? `model-${index + 1}.safetensors` : 'model.safetensors';
    for (const name of names) weightMap[name] = file;
    await writeSafetensors(join(folder, file), {
      metadata: { format: 'pt' },
      tensors: names.map((name) => {
        const { shape, dtype = 'F32' } = tensors[name]!;
        return { name, shape, dtype, read: () => bytesOf(tensors[name]!) };
      }),
    });
  }
  if (shards) {
    const index = { metadata: { total_size: 0 }, weight_map: weightMap };
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  }
  return folder;
}

function bytesOf({ shape, dtype = 'F32', values = [0.5, -1.25, 2, 0, 0.375] }: SmallTensor): Uint8Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const floats = Float32Array.from({ length: size }, (_, i) => values[i % values.length]!);
  if (dtype === 'F32') return viewBytes(floats);
  if (dtype === 'BF16') return viewBytes(encodeBF16(floats));
  if (dtype === 'F16') return viewBytes(encodeF16(floats));
  if (dtype === 'F64') return viewBytes(Float64Array.from(floats));
  return new Uint8Array((size * DTYPE_BITS[dtype]) / 8).map((_, i) => values[i % values.length]!);
}
