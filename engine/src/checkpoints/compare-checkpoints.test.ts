import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareCheckpoints, type CompareOptions } from './compare-checkpoints.js';
import { checkpointLimits } from './limits.js';
import { openCheckpoint } from './open-checkpoint.js';
import { writeSmallModel, type SmallTensors } from './small-model.testing.js';

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'crucible-compare-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

let made = 0;
const fresh = (): string => join(scratch, `model-${(made += 1)}`);

const BASE: SmallTensors = {
  'lm_head.weight': { shape: [4, 2], values: [1, 2] },
  'model.embed_tokens.weight': { shape: [4, 2], values: [3, 4] },
  'model.layers.0.proj.weight': { shape: [2, 2] },
  'model.layers.0.rotary_emb.inv_freq': { shape: [1] },
  'model.mask': { shape: [2], dtype: 'BOOL', values: [1] },
};
const { 'model.layers.0.rotary_emb.inv_freq': _, ...WITHOUT_BUFFER } = BASE;
const { 'model.layers.0.proj.weight': __, ...WITHOUT_PROJ } = BASE;
const { 'lm_head.weight': ___, ...WITHOUT_HEAD } = BASE;

async function compare(
  base: SmallTensors,
  model: SmallTensors,
  options: CompareOptions = {},
  config?: Record<string, unknown>,
) {
  const folders = [await writeSmallModel(fresh(), base, config), await writeSmallModel(fresh(), model, config)];
  const [first, second] = await Promise.all(folders.map((folder) => openCheckpoint(folder)));
  try {
    return await compareCheckpoints(first!, [second!], options);
  } finally {
    await Promise.all([first!.close(), second!.close()]);
  }
}

const treatments = (result: Awaited<ReturnType<typeof compare>>) =>
  Object.fromEntries(result.tensors.map(({ name, treatment }) => [name, treatment]));

describe('checkpoints of one base', () => {
  it('floats are merged, integers and buffers copied', async () => {
    expect(treatments(await compare(BASE, BASE))).toEqual({
      'lm_head.weight': 'MERGE',
      'model.embed_tokens.weight': 'MERGE',
      'model.layers.0.proj.weight': 'MERGE',
      'model.layers.0.rotary_emb.inv_freq': 'COPY',
      'model.mask': 'COPY',
    });
  });

  it('a buffer may be missing or extra, and float dtypes may differ with a note', async () => {
    expect((await compare(BASE, WITHOUT_BUFFER)).notes).toEqual([]);
    expect((await compare(WITHOUT_BUFFER, BASE)).notes).toEqual([]);
    const halves = { ...BASE, 'model.layers.0.proj.weight': { shape: [2, 2], dtype: 'BF16' as const } };
    expect((await compare(BASE, halves)).notes).toEqual([expect.stringContaining('as BF16, the base as F32')]);
  });

  it.each<[string, SmallTensors, SmallTensors, string, RegExp]>([
    ['a missing tensor', BASE, WITHOUT_PROJ, 'CHECKPOINT_MISMATCH', /it lacks "model\.layers\.0\.proj\.weight"\./],
    ['an extra tensor', WITHOUT_PROJ, BASE, 'CHECKPOINT_MISMATCH', /the base lacks "model\.layers\.0\.proj\.weight"\./],
    [
      'another shape',
      BASE,
      { ...BASE, 'model.layers.0.proj.weight': { shape: [3, 2] } },
      'CHECKPOINT_MISMATCH',
      /"model\.layers\.0\.proj\.weight" is \[3, 2\], the base has \[2, 2\]/,
    ],
    [
      'integers for floats',
      BASE,
      { ...BASE, 'model.layers.0.proj.weight': { shape: [2, 2], dtype: 'I8' } },
      'CHECKPOINT_DTYPE_UNSUPPORTED',
      /is I8/,
    ],
    [
      'a quantized base',
      { ...BASE, 'model.layers.0.proj.weight': { shape: [2, 2], dtype: 'F8_E5M2' } },
      BASE,
      'CHECKPOINT_DTYPE_UNSUPPORTED',
      /is F8_E5M2/,
    ],
    [
      'another vocabulary',
      BASE,
      { ...BASE, 'model.embed_tokens.weight': { shape: [6, 2] } },
      'CHECKPOINT_VOCABULARY_MISMATCH',
      /"model\.embed_tokens\.weight" is \[6, 2\].*COMMON_ROWS/,
    ],
  ])('%s is refused by name', async (_case, base, model, code, message) => {
    await expect(compare(base, model)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([3, 6])('a vocabulary of %i beside 4: the common rows', async (rows) => {
    const model = {
      ...BASE,
      'model.embed_tokens.weight': { shape: [rows, 2] },
      'lm_head.weight': { shape: [rows, 2], values: [7] },
    };
    const { tensors, notes } = await compare(BASE, model, { vocabulary: 'COMMON_ROWS' });
    const embedding = tensors.find(({ name }) => name === 'model.embed_tokens.weight');
    expect(embedding?.commonRows).toBe(rows === 3 ? 3 : undefined);
    expect(notes).toHaveLength(rows === 3 ? 2 : 0);
  });
});

describe('tied embeddings', () => {
  const TIED = { ...BASE, 'lm_head.weight': { shape: [4, 2], values: [3, 4] } };
  it('stored twice: merged once, under the name of the input', async () => {
    const { tensors, tied } = await compare(TIED, TIED);
    expect(tied).toEqual({ input: 'model.embed_tokens.weight', output: 'lm_head.weight', by: 'EQUAL_BYTES' });
    expect(tensors[0]).toMatchObject({
      name: 'lm_head.weight',
      treatment: 'TIED',
      tiedTo: 'model.embed_tokens.weight',
    });
  });

  it('stored once in one of them, or in both', async () => {
    const config = { tie_word_embeddings: true };
    expect((await compare(WITHOUT_HEAD, TIED, {}, config)).tied?.by).toBe('NOT_STORED');
    expect(treatments(await compare(TIED, WITHOUT_HEAD, {}, config))).toMatchObject({ 'lm_head.weight': 'TIED' });
  });

  it('a model that changed only one of them is refused', async () => {
    await expect(compare(TIED, BASE)).rejects.toMatchObject({
      code: 'CHECKPOINT_UNTIED',
      details: { tensor: 'lm_head.weight' },
    });
    const config = { tie_word_embeddings: true };
    await expect(compare(WITHOUT_HEAD, BASE, {}, config)).rejects.toMatchObject({ code: 'CHECKPOINT_UNTIED' });
  });
});

describe('caps', () => {
  it('on the number of models', async () => {
    const folder = await writeSmallModel(fresh(), BASE);
    const base = await openCheckpoint(folder);
    const models = Array.from({ length: checkpointLimits.models + 1 }, () => base);
    await expect(compareCheckpoints(base, models)).rejects.toMatchObject({ code: 'CHECKPOINT_ARGUMENT_INVALID' });
    await base.close();
  });

  it('on config.json, which must be an object', async () => {
    const folder = await writeSmallModel(fresh(), BASE);
    await writeFile(join(folder, 'config.json'), '[]');
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'CHECKPOINT_CONFIG_INVALID' });
    await writeFile(join(folder, 'config.json'), ' '.repeat(checkpointLimits.configBytes + 1));
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'CHECKPOINT_CONFIG_INVALID' });
  });
});
