import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTensorFolder, viewBytes, writeSafetensors, encodeBF16, encodeF16, type Dtype } from '../tensors/index.js';
import { goldenFolder } from './golden.testing.js';
import {
  extractPatches,
  formatVisionConfig,
  loadVisionModel,
  matchTargets,
  parseVisionConfig,
  visionLinearLayers,
} from './index.js';
import { modelLimits } from './limits.js';

const base = join(goldenFolder, 'l-lora/_base');

describe('a model folder', () => {
  let folder: string;
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crucible-model-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A copy of the base with its configuration changed. */
  async function withConfig(change: Readonly<Record<string, unknown>>): Promise<string> {
    const path = join(folder, String((count += 1)));
    await cp(base, path, { recursive: true });
    const config = JSON.parse(await readFile(join(base, 'config.json'), 'utf8')) as object;
    await writeFile(join(path, 'config.json'), JSON.stringify({ ...config, ...change }));
    return path;
  }

  it.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    ['of another kind', { model_type: 'llama' }, 'MODEL_CONFIG_UNSUPPORTED', 'model_type'],
    ['with another activation', { hidden_act: 'relu' }, 'MODEL_CONFIG_UNSUPPORTED', 'hidden_act'],
    ['with heads that do not divide it', { num_attention_heads: 5 }, 'MODEL_CONFIG_UNSUPPORTED', 'num_attention_heads'],
    ['with a broken width', { hidden_size: 32.5 }, 'MODEL_CONFIG_UNSUPPORTED', 'hidden_size'],
    ['wider than the cap', { hidden_size: modelLimits.hiddenSize + 1 }, 'MODEL_CONFIG_UNSUPPORTED', 'hidden_size'],
    [
      'with a wider MLP than the cap',
      { intermediate_size: modelLimits.intermediateSize + 1 },
      'MODEL_CONFIG_UNSUPPORTED',
      'intermediate_size',
    ],
    [
      'deeper than the cap',
      { num_hidden_layers: modelLimits.layers + 1 },
      'MODEL_CONFIG_UNSUPPORTED',
      'num_hidden_layers',
    ],
    [
      'with more heads than the cap',
      { num_attention_heads: modelLimits.heads + 1 },
      'MODEL_CONFIG_UNSUPPORTED',
      'num_attention_heads',
    ],
    ['with images above the cap', { image_size: modelLimits.imageSize + 1 }, 'MODEL_CONFIG_UNSUPPORTED', 'image_size'],
    [
      'with more channels than the cap',
      { num_channels: modelLimits.channels + 1 },
      'MODEL_CONFIG_UNSUPPORTED',
      'num_channels',
    ],
    [
      'with a projection above the cap',
      { projection_dim: modelLimits.projection + 1 },
      'MODEL_CONFIG_UNSUPPORTED',
      'projection_dim',
    ],
    ['with more tokens than the cap', { image_size: 4096, patch_size: 1 }, 'MODEL_CONFIG_UNSUPPORTED', 'image_size'],
    ['with patches larger than images', { patch_size: 29 }, 'MODEL_CONFIG_UNSUPPORTED', 'patch_size'],
    ['with no epsilon', { layer_norm_eps: 0 }, 'MODEL_CONFIG_UNSUPPORTED', 'layer_norm_eps'],
    ['that says another width than its weights', { intermediate_size: 49 }, 'MODEL_TENSOR_MISSHAPEN', 'fc1.weight'],
    ['that says more layers than its weights have', { num_hidden_layers: 3 }, 'MODEL_TENSOR_MISSING', 'layers.2.'],
  ])('%s is refused', async (_, change, code, text) => {
    await expect(loadVisionModel(await withConfig(change))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  it.each([
    ['absent', undefined],
    ['no JSON', '{'],
    ['too long', ' '.repeat(modelLimits.configBytes + 1)],
  ])('whose config.json is %s is refused', async (_, text) => {
    const path = await withConfig({});
    await rm(join(path, 'config.json'));
    if (text !== undefined) await writeFile(join(path, 'config.json'), text);
    await expect(loadVisionModel(path)).rejects.toMatchObject({ code: 'MODEL_CONFIG_UNREADABLE' });
  });

  it.each<[Dtype, (values: Float32Array) => Uint8Array]>([
    ['BF16', (values) => viewBytes(encodeBF16(values, new Uint16Array(values.length)))],
    ['F16', (values) => viewBytes(encodeF16(values, new Uint16Array(values.length)))],
  ])('may hold %s', async (dtype, encode) => {
    const path = await withConfig({});
    const whole = await loadVisionModel(base);
    await rm(join(path, 'model.safetensors'));
    await writeSafetensors(join(path, 'model.safetensors'), {
      tensors: [...whole.parameters].map(([name, { shape, values }]) => ({
        name,
        dtype,
        shape: [...shape],
        read: () => encode(values),
      })),
    });
    const half = await loadVisionModel(path);
    const source = await openTensorFolder(path);
    for (const [name, { values, shape }] of half.parameters) {
      expect(values).toEqual(await source.readFloat32(name));
      expect(shape).toEqual(whole.parameters.get(name)!.shape);
    }
    await source.close();
  });

  it('says how pixels are normalized, or they are divided by 255 and no more', async () => {
    expect((await loadVisionModel(base)).preprocessing).toEqual({ mean: [0], deviation: [1] });
    const path = await withConfig({});
    const write = (fields: object) => writeFile(join(path, 'preprocessor_config.json'), JSON.stringify(fields));
    await write({ do_normalize: true, image_mean: [0.1, 0.2, 0.3], image_std: [0.5, 0.5, 0.25] });
    const { preprocessing, config } = await loadVisionModel(path);
    expect(preprocessing).toEqual({ mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.5, 0.25] });
    const pixels = new Uint8Array(28 * 28 * 3).fill(255);
    const rows = extractPatches(config, { count: 1, height: 28, width: 28, channels: 3, pixels }, preprocessing);
    expect(rows[0]).toBeCloseTo(1.8, 6);
    expect(rows[49]).toBeCloseTo(1.6, 6);
    expect(rows[98]).toBeCloseTo(2.8, 6);
    await write({ image_mean: [0.1], image_std: [0.5] });
    await expect(loadVisionModel(path)).rejects.toMatchObject({ code: 'MODEL_CONFIG_UNSUPPORTED' });
    await write({ image_mean: [0, 0, 0], image_std: [1, 0, 1] });
    await expect(loadVisionModel(path)).rejects.toMatchObject({ code: 'MODEL_CONFIG_UNSUPPORTED' });
  });

  it('has a configuration that reads back as itself', async () => {
    const { config } = await loadVisionModel(base);
    expect(parseVisionConfig('again', formatVisionConfig(config))).toEqual(config);
  });
});

describe('target modules', () => {
  const layers = async () => visionLinearLayers((await loadVisionModel(base)).config).keys();

  it.each([
    [['v_proj'], 2],
    [['self_attn.v_proj', 'v_proj'], 2],
    [['vision_model.encoder.layers.1.mlp.fc1'], 1],
    [['layers.0.*'], 6],
    [['visual_projection'], 1],
    [['all-linear'], 12],
  ])('%j name %i layers', async (targets, count) => {
    expect(matchTargets(await layers(), targets)).toHaveLength(count);
  });

  it.each([[['proj']], [['v_proj', 'v_porj']], [['v.proj']], [[]]])('%j are refused', async (targets) => {
    const known = await layers();
    expect(() => matchTargets(known, targets)).toThrow(expect.objectContaining({ code: 'MODEL_TARGETS_UNMATCHED' }));
  });
});

describe('patches', () => {
  const config = {
    ...parseVisionConfig('test', { model_type: 'clip_vision_model', num_channels: 3, image_size: 4, patch_size: 2 }),
  };

  it('lie row by row, channel by channel', () => {
    const pixels = Float32Array.from({ length: 48 }, (_, i) => i);
    const rows = extractPatches(config, { count: 1, height: 4, width: 4, channels: 3, pixels });
    expect([...rows.subarray(0, 12)]).toEqual([0, 3, 12, 15, 1, 4, 13, 16, 2, 5, 14, 17]);
    expect(rows[12]).toBe(6);
    expect(rows[24]).toBe(24);
  });

  it('repeat a single channel, and take images by index', () => {
    const pixels = Uint8Array.from({ length: 32 }, (_, i) => i);
    const images = { count: 2, height: 4, width: 4, channels: 1, pixels };
    const rows = extractPatches(config, images, undefined, [1]);
    expect(Array.from(rows.subarray(0, 8), (x) => Math.round(x * 255))).toEqual([16, 17, 20, 21, 16, 17, 20, 21]);
    expect(extractPatches(config, images).slice(rows.length)).toEqual(rows);
  });

  it.each([
    [5, 4, 3],
    [4, 5, 3],
    [4, 4, 2],
  ])('are refused of %i × %i × %i', (height, width, channels) => {
    const images = { count: 0, height, width, channels, pixels: new Uint8Array(0) };
    expect(() => extractPatches(config, images)).toThrow(expect.objectContaining({ code: 'MODEL_IMAGES_MISMATCHED' }));
  });
});
