import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeftFolder } from '../adapters/index.js';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { channelsLast, deviation, goldenFolder, readAll, readGoldenCase } from '../models/golden.testing.js';
import { openImageModel, openModel, type LowRankUpdate } from '../models/index.js';
import { createScorer } from './index.js';

const folderOf = (name: string): string => join(goldenFolder, 'models', name);

async function imagesOf(name: string, size: number) {
  const stored = (await readAll(join(folderOf(name), 'inputs.safetensors'))).get('pixel_values')!;
  const pixels = channelsLast(stored, 3, size);
  return { count: 2, height: size, width: size, channels: 3, pixels, labels: Int32Array.of(1, 0) };
}

async function updatesOf(name: string): Promise<ReadonlyMap<string, LowRankUpdate>> {
  const adapter = await readPeftFolder(join(goldenFolder, 'encoder-adapters', name), { base: folderOf(name) });
  const updates = new Map<string, LowRankUpdate>();
  for (const info of adapter.modules.values()) {
    updates.set(info.name, { ...info, ...(await adapter.readFactors(info.name)) });
  }
  await adapter.close();
  return updates;
}

describe('a scorer of any family that reads images', () => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
  });
  afterAll(() => backend.dispose());

  it('embeds with a ViT: the class token of transformers, and of PEFT with an adapter that is named as transformers 5 does', async () => {
    const { tf } = backend;
    const { expected, tolerance } = await readGoldenCase('models/vit');
    const images = await imagesOf('vit', 32);
    const scorer = createScorer({ tf, model: await openImageModel(folderOf('vit')) });
    const first = (values: Float32Array, row: number) => values.slice(row * 17 * 24, row * 17 * 24 + 24);
    const hidden = expected.get('last_hidden_state')!;
    const wanted = Float32Array.from([...first(hidden, 0), ...first(hidden, 1)]);
    const plain = await scorer.embed(images);
    expect(deviation(plain, wanted, tolerance)).toBeLessThanOrEqual(1);
    const updated = scorer.withUpdates(await updatesOf('vit'));
    const tangent = scorer.withTangent(await updatesOf('vit'));
    expect(deviation(await updated.embed(images), plain, tolerance)).toBeGreaterThan(100);
    expect(deviation(await tangent.embed(images), plain, tolerance)).toBeGreaterThan(100);
    tangent.dispose();
    updated.dispose();
    const weight = Float32Array.from({ length: 3 * 24 }, (_, i) => Math.sin(i));
    const head = { weight, classes: 3, projection: 24, logitScale: 4 };
    const { predictions, outcomes } = await scorer.evaluate({ examples: images as never, head, split: 'test' });
    expect(predictions).toHaveLength(2);
    expect(outcomes).toHaveLength(2);
    await expect(
      scorer.evaluate({ examples: images as never, head: { ...head, projection: 12 }, split: 'test' }),
    ).rejects.toMatchObject({ code: 'EVALUATION_HEAD_MISMATCHED' });
    scorer.dispose();
    expect(tf.memory().numTensors).toBe(0);
  });

  it('embeds with a whole CLIP to the bit as with its tower alone', async () => {
    const { tf } = backend;
    const images = await imagesOf('clip', 28);
    const [tower, whole] = [await openImageModel(folderOf('clip')), await openModel(folderOf('clip'))];
    expect('forward' in tower).toBe(false);
    const embeddings: Float32Array[] = [];
    for (const model of [tower, whole]) {
      const scorer = createScorer({ tf, model });
      embeddings.push(await scorer.embed(images));
      scorer.dispose();
    }
    expect(embeddings[1]).toEqual(embeddings[0]);
  });

  it('is refused for a model that reads no images', async () => {
    await expect(openImageModel(folderOf('bert'))).rejects.toMatchObject({ code: 'MODEL_INPUT_MISSING' });
    const model = await openModel(folderOf('bert'));
    expect(() => createScorer({ tf: backend.tf, model })).toThrow(
      expect.objectContaining({ code: 'MODEL_INPUT_MISSING' }),
    );
  });
});
