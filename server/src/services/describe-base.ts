import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestModel } from '@crucible/engine/adapters';
import { openTensorFolder } from '@crucible/engine/tensors';

export interface DescribedBase {
  readonly architecture: string;
  readonly config: Record<string, unknown>;
  readonly digest: string;
  readonly parameterCount: number;
  readonly imageSize: number | null;
  /** Names of the files that make up the model. */
  readonly files: readonly string[];
}

/** Reads a folder as Hugging Face lays it out: what it is, and which of its files belong to it. */
export async function describeBase(folder: string): Promise<DescribedBase> {
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  const names = (await readdir(folder))
    .filter((name) => name.endsWith('.json') || name.endsWith('.safetensors'))
    .sort();
  const source = await openTensorFolder(folder);
  let parameterCount = 0;
  try {
    for (const { shape } of source.tensors.values())
      parameterCount += shape.reduce((product, size) => product * size, 1);
  } finally {
    await source.close();
  }
  const vision = (config['vision_config'] ?? config) as Record<string, unknown>;
  return {
    architecture: String(config['model_type'] ?? 'unknown'),
    config,
    digest: await digestModel(folder),
    parameterCount,
    imageSize: typeof vision['image_size'] === 'number' ? vision['image_size'] : null,
    files: names,
  };
}
