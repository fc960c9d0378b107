import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { readTensors } from '../backend/read-tensors.testing.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { calculus64 } from './calculus/calculus64.testing.js';
import { cosineLogits } from './cosine-head.js';
import { channelsLast, deviation, goldenFolder, readAll, readGoldenCase } from './golden.testing.js';
import {
  createEvaluator,
  extractPatches,
  ModelWeights,
  openModel,
  parseModelConfig,
  type Model,
  type ModelInput,
  type ModelOutput,
  type TokenBatch,
} from './index.js';

type Inputs = ReadonlyMap<string, Float32Array>;

const folderOf = (name: string): string => join(goldenFolder, 'models', name);
const inputsOf = (name: string): Promise<Inputs> => readAll(join(folderOf(name), 'inputs.safetensors'));

function textOf(inputs: Inputs, batch: number): TokenBatch {
  const ids = Int32Array.from(inputs.get('input_ids')!);
  const mask = inputs.get('attention_mask');
  const types = inputs.get('token_type_ids');
  return {
    batch,
    tokens: ids.length / batch,
    ids,
    ...(mask !== undefined && { mask: Uint8Array.from(mask) }),
    ...(types !== undefined && { types: Int32Array.from(types) }),
  };
}

describe.each(testedBackends)('model families on %s equal transformers', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  /** Outputs of one model, by name. */
  async function compute(
    model: Model,
    outputs: readonly (readonly [ModelInput<Tensor>, ModelOutput])[],
    more: (embedded: readonly Tensor[], weights: ModelWeights) => readonly Tensor[] = (embedded) => embedded,
  ): Promise<readonly ArrayLike<number>[]> {
    const { tf } = backend;
    const weights = new ModelWeights(tf, model.parameters);
    const made = await readTensors(tf, () => {
      const evaluator = createEvaluator(tf, weights);
      const plain = outputs.map(([input, output]) => model.forward(evaluator, input, output));
      plain.forEach((tensor, i) => expect(tensor.shape[1], `${outputs[i]![1]}`).toBe(model.widthOf(outputs[i]![1])));
      return more(plain, weights);
    });
    weights.dispose();
    expect(tf.memory().numTensors).toBe(0);
    return made;
  }

  function imagesOf(model: Model, inputs: Inputs): ModelInput<Tensor> {
    const geometry = model.imageGeometry!;
    const { imageSize: size, channels } = geometry;
    const pixels = channelsLast(inputs.get('pixel_values')!, channels, size);
    const count = pixels.length / (channels * size * size);
    const rows = extractPatches(geometry, { count, height: size, width: size, channels, pixels });
    const width = channels * geometry.patchSize ** 2;
    return { images: { batch: count, patches: backend.tf.tensor2d(rows, [rows.length / width, width]) } };
  }

  const unit = (x: Tensor): Tensor => backend.tf.div(x, backend.tf.norm(x, 2, 1, true));

  it.each(['clip', 'clip-eos'])('models/%s: both towers and their similarity', async (name) => {
    const { tf } = backend;
    const [model, inputs, { expected, tolerance }] = [
      await openModel(folderOf(name)),
      await inputsOf(name),
      await readGoldenCase(`models/${name}`),
    ];
    const images = imagesOf(model, inputs);
    const text = { text: textOf(inputs, 3) };
    const got = await (async () => {
      const weights = new ModelWeights(tf, model.parameters);
      const [logScale] = await weights.matrix('logit_scale').data();
      const keys: string[] = [];
      const values = await readTensors(tf, () => {
        const evaluator = createEvaluator(tf, weights);
        const [image, words] = [model.forward(evaluator, images), model.forward(evaluator, text)];
        const scale = Math.exp(logScale!);
        const outputs = {
          image_embeds: unit(image),
          text_embeds: unit(words),
          vision_last_hidden_state: model.forward(evaluator, images, 'hidden'),
          logits_per_image: cosineLogits(tf, image, words, scale),
          logits_per_text: cosineLogits(tf, words, image, scale),
        };
        keys.push(...Object.keys(outputs));
        return Object.values(outputs);
      });
      weights.dispose();
      images.images!.patches.dispose();
      expect(tf.memory().numTensors).toBe(0);
      return keys.map((key, i) => [key, values[i]!] as const);
    })();
    for (const [key, values] of got) {
      expect(deviation(values, expected.get(key)!, tolerance), `${key}`).toBeLessThanOrEqual(1);
    }
  });

  it.each(['clip', 'clip-eos'])('models/%s: the text tower alone', async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'crucible-clip-text-'));
    await cp(folderOf(name), folder, { recursive: true });
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as {
      projection_dim: number;
      text_config: object;
    };
    const { projection_dim, text_config } = config;
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...text_config, projection_dim }));
    const [model, inputs, { expected, tolerance }] = [
      await openModel(folder),
      await inputsOf(name),
      await readGoldenCase(`models/${name}`),
    ];
    await rm(folder, { recursive: true });
    expect(model.family).toBe('clip-text');
    const text = { text: textOf(inputs, 3) };
    const [embeds, pooled, hidden] = await compute(
      model,
      [
        [text, 'embedding'],
        [text, 'pooled'],
        [text, 'hidden'],
      ],
      ([embedding, ...rest]) => [unit(embedding!), ...rest],
    );
    expect(deviation(embeds!, expected.get('text_embeds')!, tolerance), 'text_embeds').toBeLessThanOrEqual(1);
    expect(deviation(pooled!, expected.get('text_pooled')!, tolerance), 'text_pooled').toBeLessThanOrEqual(1);
    // transformers' text_last_hidden_state is after the final norm.
    expect(deviation(hidden!, expected.get('text_last_hidden_state')!, tolerance), 'hidden').toBeLessThanOrEqual(1);
  });

  it('models/vit', async () => {
    const [model, inputs] = [await openModel(folderOf('vit')), await inputsOf('vit')];
    const { expected, tolerance } = await readGoldenCase('models/vit');
    const images = imagesOf(model, inputs);
    const outputs = (['hidden', 'logits', 'pooled', 'embedding'] as const).map((output) => [images, output] as const);
    const { tf } = backend;
    const weights = new ModelWeights(tf, model.parameters);
    const made = await readTensors(tf, () =>
      outputs.map(([input, output]) => model.forward(createEvaluator(tf, weights), input, output)),
    );
    weights.dispose();
    images.images!.patches.dispose();
    const [hidden, logits, pooled, embedding] = made;
    expect(deviation(hidden!, expected.get('last_hidden_state')!, tolerance), 'hidden').toBeLessThanOrEqual(1);
    expect(deviation(logits!, expected.get('logits')!, tolerance), 'logits').toBeLessThanOrEqual(1);
    const first = expected.get('last_hidden_state')!.slice(0, 24);
    expect(deviation(pooled!.slice(0, 24), first, tolerance), 'pooled').toBeLessThanOrEqual(1);
    expect(embedding).toEqual(pooled);
  });

  it.each(['bert', 'roberta'])('models/%s, padded', async (name) => {
    const [model, inputs] = [await openModel(folderOf(name)), await inputsOf(name)];
    const { expected, tolerance } = await readGoldenCase(`models/${name}`);
    const text = { text: textOf(inputs, 2) };
    const mask = text.text.mask!;
    const [hidden, pooled, sentence] = await compute(
      model,
      [
        [text, 'hidden'],
        [text, 'pooled'],
        [text, 'embedding'],
      ],
      ([first, second, embedding]) => [first!, second!, unit(embedding!)],
    );
    // The reference zeroes what stands at padding.
    const shown = Float32Array.from(hidden!, (x, i) => (mask[Math.floor(i / 24)] === 0 ? 0 : x));
    expect(deviation(shown, expected.get('last_hidden_state')!, tolerance), 'hidden').toBeLessThanOrEqual(1);
    expect(deviation(pooled!, expected.get('pooled')!, tolerance), 'pooled').toBeLessThanOrEqual(1);
    expect(deviation(sentence!, expected.get('sentence_embedding')!, tolerance), 'sentence').toBeLessThanOrEqual(1);
  });

  it.each(['bert-classifier', 'roberta-classifier'])('models/%s', async (name) => {
    const [model, inputs] = [await openModel(folderOf(name)), await inputsOf(name)];
    const { expected, tolerance } = await readGoldenCase(`models/${name}`);
    const [logits] = await compute(model, [[{ text: textOf(inputs, 2) }, 'logits']]);
    expect(deviation(logits!, expected.get('logits')!, tolerance)).toBeLessThanOrEqual(1);
  });
});

describe('a model is not asked for what it cannot', () => {
  const text = (ids: readonly number[], more: Partial<TokenBatch> = {}): { readonly text: TokenBatch } => ({
    text: { batch: 1, tokens: ids.length, ids: Int32Array.from(ids), ...more },
  });
  it.each<[string, string, ModelInput<never>, ModelOutput, string]>([
    ['images of a BERT', 'bert', {}, 'hidden', 'MODEL_INPUT_MISSING'],
    ['nothing of a CLIP', 'clip', {}, 'embedding', 'MODEL_INPUT_MISSING'],
    ['logits without a classifier', 'bert', text([1]), 'logits', 'MODEL_OUTPUT_UNKNOWN'],
    ['a pooler that is not there', 'roberta-classifier', text([1]), 'pooled', 'MODEL_OUTPUT_UNKNOWN'],
    ['a token below 0', 'bert', text([-1]), 'hidden', 'MODEL_TOKENS_MISMATCHED'],
    ['a token beyond the vocabulary', 'bert', text([40]), 'hidden', 'MODEL_TOKENS_MISMATCHED'],
    ['more tokens than BERT has positions', 'bert', text(Array(25).fill(3)), 'hidden', 'MODEL_TOKENS_MISMATCHED'],
    ['more than RoBERTa counts', 'roberta', text(Array(23).fill(3)), 'hidden', 'MODEL_TOKENS_MISMATCHED'],
    ['an unknown segment', 'bert', text([3], { types: Int32Array.of(2) }), 'hidden', 'MODEL_TOKENS_MISMATCHED'],
    ['a mask of another length', 'bert', text([3], { mask: Uint8Array.of(1, 1) }), 'hidden', 'MODEL_TOKENS_MISMATCHED'],
  ])('%s', async (_, name, input, output, code) => {
    const model = await openModel(folderOf(name));
    const asked = () => model.forward(calculus64(model) as never, input, output);
    expect(asked).toThrow(expect.objectContaining({ code }));
  });

  it('but RoBERTa reads as many tokens as it has positions behind its padding', async () => {
    const model = await openModel(folderOf('roberta'));
    const { rows } = model.forward(calculus64(model), text(Array(22).fill(3)), 'hidden') as { readonly rows: number };
    expect(rows).toBe(22);
  });
});

describe('a configuration', () => {
  it('of an unknown family is refused with those that are known', () => {
    expect(() => parseModelConfig('m', { model_type: 'mamba' })).toThrow(
      expect.objectContaining({
        code: 'MODEL_FAMILY_UNKNOWN',
        message: expect.stringMatching(/"mamba".*bert, clip, clip_text_model, clip_vision_model.*vit/),
      }),
    );
    expect(() => parseModelConfig('m', {})).toThrow(expect.objectContaining({ code: 'MODEL_FAMILY_UNKNOWN' }));
    expect(() => parseModelConfig('m', [])).toThrow(expect.objectContaining({ code: 'MODEL_CONFIG_UNSUPPORTED' }));
  });

  it.each<[string, object, string]>([
    ['vit', { hidden_act: 'mish' }, 'hidden_act'],
    ['vit', { num_attention_heads: 7 }, 'num_attention_heads'],
    ['vit', { patch_size: 300 }, 'patch_size'],
    ['bert', { position_embedding_type: 'relative_key' }, 'position_embedding_type'],
    ['bert', { is_decoder: true }, 'is_decoder'],
    ['bert', { vocab_size: 2_000_001 }, 'vocab_size'],
    ['bert', { max_position_embeddings: 1_048_577 }, 'max_position_embeddings'],
    ['bert', { type_vocab_size: 1025 }, 'type_vocab_size'],
    ['roberta', { max_position_embeddings: 2 }, 'max_position_embeddings'],
    ['clip_text_model', { eos_token_id: -1 }, 'eos_token_id'],
    ['clip', { text_config: 3 }, 'text_config'],
  ])('of %s with %j is refused', (model_type, change, field) => {
    expect(() => parseModelConfig('m', { model_type, ...change })).toThrow(
      expect.objectContaining({ code: 'MODEL_CONFIG_UNSUPPORTED', message: expect.stringContaining(field) }),
    );
  });
});
