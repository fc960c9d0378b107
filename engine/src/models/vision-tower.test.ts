import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { readTensor, readTensors } from '../backend/read-tensors.testing.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { cosineLoss } from './cosine-head.js';
import {
  channelsLast,
  deviation,
  difference,
  goldenFolder,
  goldenTerms,
  readAll,
  readGoldenCase,
  readLoraGolden,
  zeros,
  type LoraGolden,
} from './golden.testing.js';
import {
  createEvaluator,
  createTape,
  extractPatches,
  loadVisionModel,
  ModelWeights,
  NO_TERMS,
  visionTower,
  type LowRankTerms,
} from './index.js';

describe.each(testedBackends)('the vision tower on %s', (backendName) => {
  let backend: SelectedBackend;
  let golden: LoraGolden;
  let weights: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
    golden = await readLoraGolden();
    weights = new ModelWeights(backend.tf, golden.model.parameters);
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });

  type Pairs = Parameters<typeof goldenTerms>[2];
  const factor = (name: string) => (module: string) => golden.factor(name, module);
  const moved = (to: string, from: string) => (module: string) =>
    difference(golden.factor(to, module), golden.factor(from, module));

  const forwardCases: readonly [string, () => Pairs | undefined][] = [
    ['base', () => undefined],
    ['lora', () => [{ a: factor('A1'), b: factor('B1') }]],
    ['llora-frame', () => [{ a: factor('A0'), b: factor('B1') }]],
    ['llora-moved-a', () => [{ a: factor('A0'), b: factor('B1') }]],
    [
      'llora-general-frame',
      () => [
        { a: factor('A0'), b: factor('B1') },
        { a: moved('A1', 'A0'), b: factor('B0') },
      ],
    ],
  ];

  it.each(forwardCases)('equals the reference in l-lora/%s', async (name, pairs) => {
    const { tf } = backend;
    const { expected, tolerance } = await readGoldenCase(`l-lora/${name}`);
    for (const [output, key] of [
      ['embedding', 'image_embeds'],
      ['hidden', 'last_hidden_state'],
    ] as const) {
      const got = await readTensor(tf, () => {
        const used = pairs();
        const terms: LowRankTerms = used === undefined ? NO_TERMS : goldenTerms(tf, golden, used);
        const patches = tf.tensor2d(golden.patches(3), [48, 147], 'float32');
        return visionTower(golden.model.config, createEvaluator(tf, weights, terms), patches, 3, output);
      });
      expect(deviation(got, expected.get(key)!, tolerance), `${name} ${key}`).toBeLessThanOrEqual(1);
    }
  });

  const gradientCases: readonly [string, () => Pairs][] = [
    ['grad-lora', () => [{ a: factor('A1'), b: factor('B1'), trainA: true, trainB: true }]],
    [
      'grad-lora-init',
      () => [{ a: factor('A0'), b: (module) => zeros(golden.factor('B0', module).length), trainA: true, trainB: true }],
    ],
    ['grad-llora', () => [{ a: factor('A0'), b: factor('B1'), trainB: true }]],
    [
      'grad-llora-general',
      () => [
        { a: factor('A0'), b: factor('B1'), trainB: true },
        { a: moved('A1', 'A0'), b: factor('B0'), trainA: true },
      ],
    ],
  ];

  it.each(gradientCases)('has the gradients of l-lora/%s', async (name, pairs) => {
    const { tf } = backend;
    const { expected, tolerance } = await readGoldenCase(`l-lora/${name}`);
    const { head, images, model } = golden;
    const keys: string[] = [];
    const values = await readTensors(tf, () => {
      const tape = createTape(tf, weights, { terms: goldenTerms(tf, golden, pairs()) });
      const patches = tape.constant(tf.tensor2d(golden.patches(4), [64, 147], 'float32'));
      const embeddings = visionTower(model.config, tape, patches, 4);
      const { loss, gradientOfEmbeddings } = cosineLoss(tf, {
        embeddings: embeddings.value,
        weight: tf.tensor2d(head.weight.slice(), [head.classes, 16], 'float32'),
        logitScale: 8,
        labels: images.labels.subarray(0, 4),
      });
      const gradients = tape.backward(embeddings, gradientOfEmbeddings);
      keys.push('loss', ...gradients.keys());
      return [loss, ...gradients.values()];
    });
    const got = new Map(keys.map((key, i) => [key, values[i]!]));
    for (const [key, values] of expected) {
      // With B0 = 0 a linearized layer does not depend on A: the tape has no gradient for it, and the reference has zeros.
      expect(deviation(got.get(key) ?? zeros(values.length), values, tolerance), `${name} ${key}`).toBeLessThanOrEqual(
        1,
      );
    }
  });

  it.each(['clip', 'clip-eos'])('equals the vision half of models/%s', async (name) => {
    const { tf } = backend;
    const folder = join(goldenFolder, 'models', name);
    const model = await loadVisionModel(folder);
    const { expected, tolerance } = await readGoldenCase(`models/${name}`);
    const pixels = channelsLast((await readAll(join(folder, 'inputs.safetensors'))).get('pixel_values')!, 3, 28);
    const rows = extractPatches(model.config, {
      count: pixels.length / 2352,
      height: 28,
      width: 28,
      channels: 3,
      pixels,
    });
    const batch = pixels.length / 2352;
    const own = new ModelWeights(tf, model.parameters);
    const [embeddings, hidden] = await readTensors(tf, () => {
      const patches = tf.tensor2d(rows, [batch * 16, 147], 'float32');
      const raw = visionTower(model.config, createEvaluator(tf, own), patches, batch);
      const units = tf.div(raw, tf.norm(raw, 2, 1, true));
      const last = visionTower(model.config, createEvaluator(tf, own), patches, batch, 'hidden');
      return [units, last];
    });
    own.dispose();
    expect(deviation(embeddings!, expected.get('image_embeds')!, tolerance), 'image_embeds').toBeLessThanOrEqual(1);
    expect(
      deviation(hidden!, expected.get('vision_last_hidden_state')!, tolerance),
      'vision_last_hidden_state',
    ).toBeLessThanOrEqual(1);
  });

  it('leaves no tensor but its weights', () => {
    const held = weights.names().length;
    const transposed = [...golden.model.parameters.values()].filter(({ shape }) => shape.length > 1).length;
    expect(backend.tf.memory().numTensors).toBeLessThanOrEqual(held + transposed);
  });
});
