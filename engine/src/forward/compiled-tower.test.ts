import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { createScorer } from '../evaluation/index.js';
import {
  initializeVisionModel,
  RAW_PREPROCESSING,
  type ImageBatch,
  type LowRankUpdates,
  type VisionConfig,
  type VisionModel,
} from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';
import { CompiledTower, whyNotCompiled } from './index.js';

const SMALL: VisionConfig = {
  hiddenSize: 32,
  intermediateSize: 48,
  layers: 3,
  heads: 2,
  imageSize: 8,
  patchSize: 2,
  channels: 1,
  projectionSize: 24,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
};
const random = createKeyedRandom(5);
/** Not as it is initialized: with biases and norms that are not trivial, and weights large enough for attention to be uneven. */
function modelOf(config: VisionConfig): VisionModel {
  const parameters = new Map(
    [...initializeVisionModel(config, 3)].map(([name, { shape, values }]) => {
      const noise = random.normal(['weights', name], values.length);
      return [name, { shape, values: values.map((x, i) => 2 * x + 0.2 * noise[i]!) }] as const;
    }),
  );
  return { config, parameters, preprocessing: RAW_PREPROCESSING } as VisionModel;
}
function imagesOf({ imageSize }: VisionConfig, count: number): ImageBatch {
  const pixels = Uint8Array.from(random.uniform(['pixels', count], count * imageSize ** 2), (x) => 255 * x);
  return { count, height: imageSize, width: imageSize, channels: 1, pixels };
}
const layer = (index: number, part: string): string => `vision_model.encoder.layers.${index}.${part}`;
function updatesOf(modules: readonly [string, number, number][], rank: number): LowRankUpdates {
  return new Map(
    modules.map(([name, inputs, outputs]) => [
      name,
      {
        a: random.normal(['a', name, rank], rank * inputs).map((x) => x / Math.sqrt(rank)),
        b: random.normal(['b', name, rank], outputs * rank).map((x) => x / 8),
        rank,
        scale: 0.5,
      },
    ]),
  );
}

describe('a compiled tower', () => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'cpu' });
  });
  afterAll(() => backend.dispose());

  /** Greatest difference, in units of the greatest number. */
  async function deviation(model: VisionModel, count: number, updates?: LowRankUpdates): Promise<number> {
    const images = imagesOf(model.config, count);
    const scorer = createScorer({ tf: backend.tf, model });
    const updated = updates && scorer.withUpdates(updates);
    const expected = await (updated ?? scorer).embed(images);
    updated?.dispose();
    scorer.dispose();
    const tower = new CompiledTower(model);
    const prepared = await tower.prepare(images);
    tower.use(updates);
    const got = await tower.embed(prepared);
    const most = expected.reduce((greatest, x) => Math.max(greatest, Math.abs(x)), 0);
    return expected.reduce((greatest, x, i) => Math.max(greatest, Math.abs(x - got[i]!)), 0) / most;
  }

  // Reference: the tower on TensorFlow.js's plain JavaScript backend. Tolerance: float32 rounding through three layers, attention in another order of sums.
  it.each<[string, Partial<VisionConfig>, number]>([
    ['17 tokens, a batch and a part of one', {}, 23],
    ['one layer', { layers: 1 }, 4],
    ['5 tokens, one image', { patchSize: 4 }, 1],
    ['65 tokens, heads of 16', { patchSize: 1, heads: 2 }, 3],
    ['heads of 8', { heads: 4 }, 7],
  ])('embeds as the tower on tensors does: %s', async (_, change, count) => {
    expect(await deviation(modelOf({ ...SMALL, ...change }), count)).toBeLessThan(5e-6);
  });

  const everywhere: [string, number, number][] = [
    ...[0, 1, 2].flatMap((index) =>
      ['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((part): [string, number, number] => [
        layer(index, `self_attn.${part}`),
        32,
        32,
      ]),
    ),
    [layer(1, 'mlp.fc1'), 32, 48],
    [layer(2, 'mlp.fc2'), 48, 32],
    ['visual_projection', 32, 24],
  ];
  it.each<[string, [string, number, number][], number]>([
    ['values and outputs', everywhere.filter(([name]) => /v_proj|out_proj/.test(name)), 3],
    ['every layer', everywhere, 4],
    ['every layer, at a rank of several products', everywhere, 150],
  ])('folds updates of %s', async (_, modules, rank) => {
    expect(await deviation(modelOf(SMALL), 6, updatesOf(modules, rank))).toBeLessThan(5e-6);
  });

  it('gives the same bytes for the same updates, whatever was in use before, and the base back', async () => {
    const tower = new CompiledTower(modelOf(SMALL));
    const prepared = await tower.prepare(imagesOf(SMALL, 21));
    const [first, second] = [updatesOf(everywhere.slice(0, 3), 2), updatesOf(everywhere, 3)];
    const base = await tower.embed(prepared);
    tower.use(first);
    const once = await tower.embed(prepared);
    tower.use(second);
    await tower.embed(prepared);
    tower.use(first);
    expect(await tower.embed(prepared)).toEqual(once);
    tower.use(undefined);
    expect(await tower.embed(prepared)).toEqual(base);
    expect(once).not.toEqual(base);
  });

  it('hears an abort, and refuses what does not fit', async () => {
    const tower = new CompiledTower(modelOf(SMALL));
    const prepared = await tower.prepare(imagesOf(SMALL, 5));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(tower.embed(prepared, { signal })).rejects.toThrow('enough');
    expect(() => tower.use(updatesOf([['nowhere', 32, 32]], 2))).toThrow(
      expect.objectContaining({ code: 'FORWARD_UPDATE_MISMATCHED' }),
    );
    expect(() => tower.use(updatesOf([['visual_projection', 32, 32]], 2))).toThrow(
      expect.objectContaining({ code: 'FORWARD_UPDATE_MISMATCHED' }),
    );
    expect(() => new CompiledTower(modelOf({ ...SMALL, activation: 'gelu' }))).toThrow(
      expect.objectContaining({ code: 'FORWARD_UNSUPPORTED' }),
    );
    expect(whyNotCompiled(modelOf({ ...SMALL, imageSize: 32 }))).toMatch(/257 tokens/);
  });
});
