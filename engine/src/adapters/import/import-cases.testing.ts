import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openSafetensors, viewBytes, writeSafetensors, type TensorToWrite } from '../../tensors/index.js';
import type { AdapterManifest } from '../adapter.js';
import { goldenPeft } from '../golden.testing.js';
import { openAdapter } from '../open-adapter.js';
import { importAdapter } from './import-adapter.js';

/** Adapters for tests of imports, in a folder that is there while a test file runs. */
export let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-import-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

export const golden = (name: string): string => join(goldenPeft, '_adapters', name);
export const llama = join(goldenPeft, '_base/llama');
export const base = { digest: 'ab'.repeat(32), folder: llama };
export const fresh = (): Promise<string> => mkdtemp(join(folder, 'case-'));
export const wave = (length: number, seed = 1): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + i));

export const tensor = (name: string, shape: readonly number[], values?: Float32Array): TensorToWrite => {
  const size = shape.reduce((product, side) => product * side, 1);
  return { name, dtype: 'F32', shape, read: () => viewBytes(values ?? wave(size, name.length)) };
};
export async function writeFileOf(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = join(await fresh(), 'lora.safetensors');
  await writeSafetensors(path, { tensors, metadata });
  return path;
}
/** A folder as PEFT saves it, of given tensors and settings. */
export async function writePeft(
  tensors: readonly TensorToWrite[],
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const where = await fresh();
  await writeSafetensors(join(where, 'adapter_model.safetensors'), { tensors, metadata: { format: 'pt' } });
  const config = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['q'], ...settings };
  await writeFile(join(where, 'adapter_config.json'), JSON.stringify(config));
  return where;
}
/** A PEFT folder of the golden cases with its tensors renamed. */
export async function renamed(name: string, rename: (tensor: string) => string): Promise<string> {
  const where = await fresh();
  await cp(join(golden(name), 'adapter_config.json'), join(where, 'adapter_config.json'));
  const source = await openSafetensors(join(golden(name), 'adapter_model.safetensors'));
  await writeSafetensors(join(where, 'adapter_model.safetensors'), {
    tensors: [...source.tensors.values()].map((info) => ({
      ...info,
      name: rename(info.name),
      read: () => source.read(info.name),
    })),
  });
  await source.close();
  return where;
}
export const importFrom = async (
  source: string,
  name = 'imported',
  more: Partial<Parameters<typeof importAdapter>[0]> = {},
) => importAdapter({ source, outputPath: join(await fresh(), 'adapter.safetensors'), name, base, ...more });
/** All factors of an imported adapter, by module. */
export async function factorsOf(path: string): Promise<ReadonlyMap<string, unknown>> {
  const adapter = await openAdapter(path);
  const all = new Map<string, unknown>();
  for (const [name, info] of adapter.modules) all.set(name, { info, ...(await adapter.readFactors(name)) });
  await adapter.close();
  return all;
}

export async function openManifest(path: string): Promise<AdapterManifest> {
  const adapter = await openAdapter(path);
  await adapter.close();
  return adapter.manifest;
}
