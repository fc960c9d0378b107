import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeftFolder } from '../../adapters/index.js';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { readTensor } from '../../backend/read-tensors.testing.js';
import { testedBackends } from '../../backend/tested-backends.testing.js';
import { channelsLast, deviation, goldenFolder, readAll, type GoldenCase } from '../golden.testing.js';
import {
  createEvaluator,
  extractPatches,
  foldUpdates,
  ModelWeights,
  openModel,
  resolveUpdates,
  type LowRankUpdate,
  type Model,
  type ModelInput,
  type ModelOutput,
} from '../index.js';

/** golden/encoder-adapters: saved by PEFT 0.21.0 over transformers 5.18.0 (tools/python/record_encoders.py). */
const cases: readonly (readonly [
  name: string,
  outputs: Readonly<Record<string, readonly ['text' | 'images', ModelOutput]>>,
])[] = [
  ['bert', { last_hidden_state: ['text', 'hidden'] }],
  ['bert-classifier', { logits: ['text', 'logits'] }],
  ['roberta-classifier', { logits: ['text', 'logits'] }],
  ['vit', { logits: ['images', 'logits'] }],
  ['clip', { image_embeds: ['images', 'embedding'], text_embeds: ['text', 'embedding'] }],
];

async function readUpdates(name: string): Promise<ReadonlyMap<string, LowRankUpdate>> {
  const adapter = await readPeftFolder(join(goldenFolder, 'encoder-adapters', name), {
    base: join(goldenFolder, 'models', name),
  });
  const updates = new Map<string, LowRankUpdate>();
  for (const info of adapter.modules.values()) {
    updates.set(info.name, { ...info, ...(await adapter.readFactors(info.name)) });
  }
  await adapter.close();
  return updates;
}

describe.each(testedBackends)('adapters of encoders on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  function inputOf(
    model: Model,
    inputs: ReadonlyMap<string, Float32Array>,
    kind: 'text' | 'images',
  ): ModelInput<Tensor> {
    if (kind === 'images') {
      const geometry = model.imageGeometry!;
      const { imageSize: size, channels, patchSize } = geometry;
      const pixels = channelsLast(inputs.get('pixel_values')!, channels, size);
      const count = pixels.length / (channels * size * size);
      const rows = extractPatches(geometry, { count, height: size, width: size, channels, pixels });
      const width = channels * patchSize ** 2;
      return { images: { batch: count, patches: backend.tf.tensor2d(rows, [rows.length / width, width]) } };
    }
    const ids = Int32Array.from(inputs.get('input_ids')!);
    const batch = model.family === 'clip' ? 3 : 2;
    const mask = inputs.get('attention_mask');
    const types = inputs.get('token_type_ids');
    return {
      text: {
        batch,
        tokens: ids.length / batch,
        ids,
        ...(mask !== undefined && { mask: Uint8Array.from(mask) }),
        ...(types !== undefined && { types: Int32Array.from(types) }),
      },
    };
  }

  // The whole way from PEFT's file to the model's output: names, scales, patterns, and a classifier that was trained whole.
  it.each(cases)('%s computes with an adapter what PEFT computes', async (name, outputs) => {
    const { tf } = backend;
    const folder = join(goldenFolder, 'models', name);
    const model = await openModel(folder);
    const updates = resolveUpdates(model, await readUpdates(name));
    const inputs = await readAll(join(folder, 'inputs.safetensors'));
    const golden = join(goldenFolder, 'encoder-adapters', name);
    const expected = await readAll(join(golden, 'expected.safetensors'));
    const { tolerance } = JSON.parse(readFileSync(join(golden, 'case.json'), 'utf8')) as Pick<GoldenCase, 'tolerance'>;
    const weights = new ModelWeights(tf, model.parameters);
    const folded = foldUpdates(tf, weights, updates);
    for (const [key, [kind, output]] of Object.entries(outputs)) {
      const got = await readTensor(tf, () => {
        const rows = model.forward(createEvaluator(tf, folded), inputOf(model, inputs, kind), output);
        return output === 'embedding' ? tf.div(rows, tf.norm(rows, 2, 1, true)) : rows;
      });
      const masked = kind === 'text' && output === 'hidden' ? inputs.get('attention_mask')! : undefined;
      const width = got.length / (masked?.length ?? got.length);
      // What stands at padding is read by nobody.
      const shown = (values: ArrayLike<number>) =>
        Float32Array.from(values, (x, i) => (masked?.[Math.floor(i / width)] === 0 ? 0 : x));
      expect(deviation(shown(got), shown(expected.get(key)!), tolerance), `${key}`).toBeLessThanOrEqual(1);
    }
    folded.dispose();
    weights.dispose();
    expect(tf.memory().numTensors).toBe(0);
  });
});

describe('the names of an adapter’s modules', () => {
  const open = (name: string) => openModel(join(goldenFolder, 'models', name));
  const resolve = async (name: string, modules: readonly string[]) =>
    [...resolveUpdates(await open(name), new Map(modules.map((module) => [module, module])))].map(([found]) => found);

  it.each([
    ['bert', ['bert.encoder.layer.0.output.dense'], ['encoder.layer.0.output.dense']],
    [
      'bert-classifier',
      ['encoder.layer.0.output.dense', 'classifier.bias'],
      ['bert.encoder.layer.0.output.dense', 'classifier.bias'],
    ],
    ['vit', ['vit.layers.1.mlp.fc2', 'classifier'], ['vit.encoder.layer.1.output.dense', 'classifier']],
    ['vit', ['layers.0.attention.k_proj'], ['vit.encoder.layer.0.attention.attention.key']],
    ['llama', ['layers.0.mlp.up_proj'], ['model.layers.0.mlp.up_proj']],
    ['gpt2', ['h.1.attn.c_attn'], ['transformer.h.1.attn.c_attn']],
  ])('of %s: %j are %j', async (name, modules, expected) => {
    expect(await resolve(name, modules)).toEqual(expected);
  });

  it.each([
    ['that is nowhere', ['encoder.layer.7.output.dense']],
    ['that could be several', ['output.dense']],
    ['twice', ['bert.encoder.layer.0.output.dense', 'encoder.layer.0.output.dense']],
  ])('%s is refused', async (_, modules) => {
    await expect(resolve('bert', modules)).rejects.toMatchObject({ code: 'MODEL_ADAPTER_MISMATCHED' });
  });
});
