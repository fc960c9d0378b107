import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewBytes, writeSafetensors } from '../../tensors/index.js';
import { adapterLimits } from '../limits.js';
import { openBaseWeights } from './base-weights.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-base-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeBase(names: readonly string[], config?: object): Promise<string> {
  const where = await mkdtemp(join(folder, 'base-'));
  await writeSafetensors(join(where, 'model.safetensors'), {
    tensors: names.map((name) => ({
      name,
      dtype: 'F32',
      shape: [2],
      read: () => viewBytes(Float32Array.of(1, 2)),
    })),
  });
  if (config !== undefined) await writeFile(join(where, 'config.json'), JSON.stringify(config));
  return where;
}

describe('a parameter of the base is found', () => {
  const table: readonly (readonly [string, readonly string[], object | undefined, string, string | undefined])[] = [
    ['under its own name', ['h.0.q.weight', 'x.h.0.q.weight'], undefined, 'h.0.q.weight', 'h.0.q.weight'],
    [
      'where the base names it from the whole model',
      ['model.h.0.q.weight'],
      undefined,
      'h.0.q.weight',
      'model.h.0.q.weight',
    ],
    [
      'where the base names it from its inner model',
      ['h.0.q.weight'],
      undefined,
      'transformer.h.0.q.weight',
      'h.0.q.weight',
    ],
    ['not where two could be meant', ['a.h.0.q.weight', 'b.h.0.q.weight'], undefined, 'h.0.q.weight', undefined],
    ['not by its last part alone', ['weight'], undefined, 'h.0.q.weight', undefined],
    ['not where there is none', ['h.1.q.weight'], undefined, 'h.0.q.weight', undefined],
    ['as the embedding that it is tied to', ['m.embed_tokens.weight'], {}, 'lm_head.weight', 'm.embed_tokens.weight'],
    ['as the embedding, where the config is silent', ['wte.weight'], undefined, 'lm_head.weight', 'wte.weight'],
    ['not so where the model unties them', ['wte.weight'], { tie_word_embeddings: false }, 'lm_head.weight', undefined],
    ['not so for other layers', ['wte.weight'], {}, 'score.weight', undefined],
  ];
  it.each(table)('%s', async (_, names, config, parameter, expected) => {
    const base = await openBaseWeights(await writeBase(names, config));
    expect(base.find(parameter)?.info.name).toBe(expected);
    await base.close();
  });

  it('and says whether it is tied', async () => {
    const base = await openBaseWeights(await writeBase(['wte.weight', 'h.0.q.weight']));
    expect(base.find('lm_head.weight')?.tied).toBe(true);
    expect(base.find('wte.weight')?.tied).toBe(false);
    expect(base.layers).toEqual(['h.0.q', 'wte']);
    await base.close();
  });

  it('but not with a configuration above its cap', async () => {
    const where = await writeBase(['wte.weight'], {});
    await truncate(join(where, 'config.json'), adapterLimits.configBytes + 1);
    await expect(openBaseWeights(where)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
  });
});
