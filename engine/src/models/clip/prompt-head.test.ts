import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { deviation, goldenFolder, readAll, readGoldenCase } from '../golden.testing.js';
import { cosineLogits, createPromptHead, embedTexts, ModelWeights, openModel, type Model } from '../index.js';

describe('class heads from prompts', () => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
  });
  afterAll(() => backend.dispose());

  async function open(name: string) {
    const folder = join(goldenFolder, 'models', name);
    const model = await openModel(folder);
    const ids = (await readAll(join(folder, 'inputs.safetensors'))).get('input_ids')!;
    const texts = [0, 1, 2].map((row) => Int32Array.from(ids.subarray(row * 9, row * 9 + 9)));
    return { model, texts, ...(await readGoldenCase(`models/${name}`)) };
  }

  async function withWeights<T>(model: Model, work: (weights: ModelWeights) => Promise<T>): Promise<T> {
    const weights = new ModelWeights(backend.tf, model.parameters);
    try {
      return await work(weights);
    } finally {
      weights.dispose();
      expect(backend.tf.memory().numTensors).toBe(0);
    }
  }

  // Reference: transformers' CLIPModel, with one prompt per class.
  it.each(['clip', 'clip-eos'])('give the logits of models/%s', async (name) => {
    const { tf } = backend;
    const { model, texts, expected, tolerance } = await open(name);
    const head = await withWeights(model, (weights) =>
      createPromptHead({ tf, model, weights, parameters: model.parameters, prompts: texts.map((text) => [text]) }),
    );
    expect(deviation(head.weight, expected.get('text_embeds')!, tolerance)).toBeLessThanOrEqual(1);
    const logits = tf.tidy(() => {
      const images = tf.tensor2d(expected.get('image_embeds')!, [2, 16]);
      return cosineLogits(tf, images, tf.tensor2d(head.weight, [3, 16]), head.logitScale).dataSync();
    });
    expect(deviation(logits, expected.get('logits_per_image')!, tolerance)).toBeLessThanOrEqual(1);
  });

  it('average unit embeddings, whatever their number and lengths', async () => {
    const { tf } = backend;
    const { model, texts } = await open('clip-eos');
    // Behind the end token nothing counts: shorter texts embed alike.
    const end = texts[1]!.indexOf(33) + 1;
    const prompts = [[texts[0]!, texts[1]!.subarray(0, end), texts[2]!], [texts[1]!]];
    const [head, single] = await withWeights(model, async (weights) => [
      await createPromptHead({ tf, model, weights, parameters: model.parameters, prompts, batchSize: 2 }),
      await embedTexts({ tf, model, weights, texts }),
    ]);
    const units = [0, 1, 2].map((row) => {
      const values = single.subarray(row * 16, row * 16 + 16);
      return values.map((x) => x / Math.hypot(...values));
    });
    const mean = units[0]!.map((x, d) => x + units[1]![d]! + units[2]![d]!);
    const expected = mean.map((x) => x / Math.hypot(...mean));
    expect(deviation(head.weight.subarray(0, 16), expected, { atol: 1e-6, rtol: 1e-5 })).toBeLessThanOrEqual(1);
    expect(deviation(head.weight.subarray(16), units[1]!, { atol: 1e-6, rtol: 1e-5 })).toBeLessThanOrEqual(1);
  });

  it.each([
    ['one class', [[[1]]], 'MODEL_PROMPTS_MISSING'],
    ['a class without prompts', [[[1]], []], 'MODEL_PROMPTS_MISSING'],
    ['a token outside the vocabulary', [[[1]], [[37]]], 'MODEL_TOKENS_MISMATCHED'],
    ['more tokens than positions', [[[1]], [Array.from({ length: 11 }, () => 1)]], 'MODEL_TOKENS_MISMATCHED'],
    ['a text without tokens', [[[]], [[]]], 'MODEL_TOKENS_MISMATCHED'],
  ])('are refused with %s', async (_, prompts, code) => {
    const { tf } = backend;
    const { model } = await open('clip');
    const made = withWeights(model, (weights) =>
      createPromptHead({ tf, model, weights, parameters: model.parameters, prompts }),
    );
    await expect(made).rejects.toMatchObject({ code });
  });

  it('need a model that reads text, and the scale that is learned with both towers', async () => {
    const { tf } = backend;
    const { model } = await open('clip');
    const vit = await openModel(join(goldenFolder, 'models/vit'));
    const prompts = [[[1]], [[2]]];
    await expect(
      withWeights(vit, (weights) => createPromptHead({ tf, model: vit, weights, parameters: vit.parameters, prompts })),
    ).rejects.toMatchObject({ code: 'MODEL_TENSOR_MISSING' });
    await expect(
      withWeights(vit, (weights) =>
        createPromptHead({ tf, model: vit, weights, parameters: model.parameters, prompts }),
      ),
    ).rejects.toMatchObject({ code: 'MODEL_INPUT_MISSING' });
  });
});
