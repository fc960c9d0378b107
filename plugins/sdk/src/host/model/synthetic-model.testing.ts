import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeFloats, type FloatDtype } from '@crucible/engine/checkpoints';
import { createKeyedRandom } from '@crucible/engine/random';
import { writeSafetensors } from '@crucible/engine/tensors';

export const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'model.embed_tokens.weight': [12, 8],
  'model.layers.0.conv.weight': [4, 2, 3],
  'model.layers.0.proj.weight': [8, 6],
  'model.layers.0.proj.bias': [8],
  'model.layers.10.proj.weight': [8, 6],
  'model.layers.2.proj.weight': [8, 6],
  'model.norm.weight': [8],
};

export interface SyntheticModel {
  readonly seed: number;
  readonly dtype?: FloatDtype;
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Changes numbers before they are rounded to the dtype. */
  readonly edit?: (name: string, values: Float64Array) => void;
  /** Files; one unless given. */
  readonly shards?: number;
}

/** Writes a small model of seeded normal numbers: base (seed 0) + 0.1·noise(seed), so that task vectors are small beside the weights. */
export async function writeSyntheticModel(folder: string, model: SyntheticModel): Promise<string> {
  const { seed, dtype = 'F32', shapes = SHAPES, config = { tie_word_embeddings: false }, edit, shards = 1 } = model;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify({ torch_dtype: 'float32', ...config }));
  const names = Object.keys(shapes);
  const weightMap: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard += 1) {
    const own = names.filter((_, i) => i % shards === shard);
    const file = shards === 1 ? 'model.safetensors' : `part-${shard}.safetensors`;
    for (const name of own) weightMap[name] = file;
    await writeSafetensors(join(folder, file), {
      tensors: [
        ...own.map((name) => {
          const shape = shapes[name]!;
          return { name, shape, dtype, read: () => encodeFloats(valuesOf(name, shape, seed, edit), dtype) };
        }),
        ...(shard === 0
          ? [{ name: 'model.mask', shape: [3], dtype: 'BOOL' as const, read: () => Uint8Array.of(1, 0, 1) }]
          : []),
      ],
    });
  }
  weightMap['model.mask'] = 'part-0.safetensors';
  if (shards > 1) {
    const index = JSON.stringify({ metadata: {}, weight_map: weightMap });
    await writeFile(join(folder, 'model.safetensors.index.json'), index);
  }
  return folder;
}

function valuesOf(name: string, shape: readonly number[], seed: number, edit: SyntheticModel['edit']): Float64Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Float64Array.from(createKeyedRandom(0).normal([name], size));
  if (seed !== 0) {
    const noise = createKeyedRandom(seed).normal([name], size);
    for (let i = 0; i < size; i += 1) values[i]! += 0.1 * noise[i]!;
  }
  edit?.(name, values);
  return values;
}
