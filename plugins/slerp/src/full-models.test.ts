import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTensorFolder, writeSafetensors } from '@crucible/engine/tensors';
import type { ModuleStrategy } from '@crucible/sdk';
import { runModelFusion } from '@crucible/sdk/model';
import { excessOver, readGoldenCase, readGoldenTensors, type TestMatrix } from '@crucible/sdk/testing';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { karcher, multiSlerp, nearSwap, nuSlerp, slerp } from './index.js';

const golden = new URL('../golden/', import.meta.url);
let root: string;
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'slerp-models-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A model of the golden inputs as a folder of the Hugging Face layout. */
async function writeModel(name: string, tensors: ReadonlyMap<string, TestMatrix>): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify({ tie_word_embeddings: false }));
  await writeSafetensors(join(folder, 'model.safetensors'), {
    tensors: [...tensors].map(([tensor, { rows, columns, data }]) => ({
      name: tensor,
      shape: rows === 1 ? [columns] : [rows, columns],
      dtype: 'F32' as const,
      read: () => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
  });
  return folder;
}

it.each<[string, ModuleStrategy, Record<string, unknown>, readonly string[]]>([
  ['slerp-t0.3', slerp, { t: 0.3, of: 'WEIGHTS' }, ['model0', 'model1']],
  ['nuslerp', nuSlerp, { of: 'WEIGHTS' }, ['model0', 'model1']],
  ['nuslerp-base', nuSlerp, {}, ['model0', 'model1']],
  ['nuslerp-row-wise', nuSlerp, { along: 'COLUMNS' }, ['model0', 'model1']],
  ['nuslerp-unflattened', nuSlerp, { along: 'ROWS' }, ['model0', 'model1']],
  ['multislerp', multiSlerp, { of: 'WEIGHTS' }, ['model0', 'model1', 'model2']],
  ['karcher', karcher, { of: 'WEIGHTS' }, ['model0', 'model1', 'model2']],
  ['nearswap', nearSwap, { t: 0.02 }, ['base', 'model0']],
])('mergekit-%s, through the runner of full models', async (name, strategy, options, models) => {
  const item = await readGoldenCase(golden, `mergekit-${name}`);
  const folders = new Map<string, string>();
  for (const model of new Set(['base', ...models])) {
    const tensors = await readGoldenTensors(golden, item.name, item.inputs['models']!, `${model}/`);
    folders.set(model, await writeModel(`${name}-${model}`, tensors));
  }
  const weights = (item.parameters['weights'] ?? models.map(() => 1)) as readonly number[];
  const outputFolder = join(root, `${name}-fused`);
  await runModelFusion({
    strategy,
    options,
    base: folders.get('base')!,
    models: models.map((model, i) => ({ folder: folders.get(model)!, weight: weights[i]! })),
    outputFolder,
    tf,
  });
  const output = await openTensorFolder(outputFolder);
  const got = new Map<string, Float32Array>();
  for (const tensor of output.tensors.keys()) got.set(tensor, await output.readFloat32(tensor));
  await output.close();
  const expected = await readGoldenTensors(golden, item.name, item.expected!);
  expect(excessOver(item, got, expected)).toBeLessThanOrEqual(0);
});
