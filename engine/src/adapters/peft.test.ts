import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors } from '../tensors/index.js';
import { exportPeftFolder } from './export/export-peft-folder.js';
import { inspectAdapter } from './import/inspect-adapter.js';
import { adapterLimits } from './limits.js';
import { openAdapter } from './open-adapter.js';
import { matchPatterns } from './peft-pattern.js';
import { readPeftFolder } from './read-peft-folder.js';
import { writeAdapter } from './write-adapter.js';

/** Adapters as PEFT 0.21.0 saved them, and the update of each module as PEFT applies it. */
const golden = fileURLToPath(new URL('../../golden/peft/', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-peft-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Case {
  readonly inputs: { readonly adapter: string };
  readonly tolerance: { readonly delta: { readonly atol: number; readonly rtol: number } };
  readonly facts: { readonly scale: Readonly<Record<string, number>>; readonly rank: Readonly<Record<string, number>> };
}

describe('a plain LoRA that PEFT saved gives the updates that PEFT applies', () => {
  const names = ['eq-a', 'rs-a', 'mix-a', 'mix-b', 'mix-c', 'pat-a', 'pat-b', 'regex-a', 'layer-a'];
  it.each(names)('%s', async (name) => {
    const { inputs, tolerance, facts } = JSON.parse(
      readFileSync(join(golden, `adapter-${name}`, 'case.json'), 'utf8'),
    ) as Case;
    const adapter = await readPeftFolder(join(golden, `adapter-${name}`, inputs.adapter));
    const expected = await openSafetensors(join(golden, `adapter-${name}`, 'expected.safetensors'));
    const infos = [...adapter.modules.values()];
    expect(Object.fromEntries(infos.map((info) => [info.name, info.rank]))).toEqual(facts.rank);
    expect(Object.fromEntries(infos.map((info) => [info.name, info.scale]))).toEqual(facts.scale);
    for (const { name: module, rank, scale, inFeatures, outFeatures } of infos) {
      const { a, b } = await adapter.readFactors(module);
      const delta = await expected.readFloat32(`delta/${module}`);
      const excess = delta.map((value, at) => {
        const [i, j] = [Math.floor(at / inFeatures), at % inFeatures];
        let sum = 0;
        for (let k = 0; k < rank; k += 1) sum += b[i * rank + k]! * a[k * inFeatures + j]!;
        return Math.abs(scale * sum - value) - tolerance.delta.atol - tolerance.delta.rtol * Math.abs(value);
      });
      expect(delta).toHaveLength(outFeatures * inFeatures);
      expect(Math.max(...excess)).toBeLessThanOrEqual(0);
    }
    await adapter.close();
    await expected.close();
  });
});

describe('what plain factors cannot express is refused, with the reason', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['DoRA', 'llama/dora-a', 'DORA'],
    ['whole modules without the base', 'llama/saved-a', 'BASE_NEEDED'],
  ];
  it.each(table)('%s', async (_, name, code) => {
    await expect(readPeftFolder(join(golden, '_adapters', name))).rejects.toMatchObject({
      code: 'ADAPTER_IMPORT_REFUSED',
      details: { blockers: [expect.objectContaining({ code })] },
    });
  });

  const changed = async (change: Readonly<Record<string, unknown>>): Promise<string> => {
    const where = await mkdtemp(join(folder, 'changed-'));
    await cp(join(golden, '_adapters/llama/eq-a'), where, { recursive: true });
    const config = join(where, 'adapter_config.json');
    const original = JSON.parse(await readFile(config, 'utf8')) as Readonly<Record<string, unknown>>;
    await writeFile(config, JSON.stringify({ ...original, ...change }));
    return where;
  };
  const changes: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ init_lora_weights: 'pissa_niter_4' }, 'BASE_CHANGED'],
    [{ init_lora_weights: 'pissa' }, 'BASE_CHANGED'],
    [{ init_lora_weights: 'olora' }, 'BASE_CHANGED'],
    [{ init_lora_weights: 'corda' }, 'BASE_CHANGED'],
    [{ init_lora_weights: 'lora_ga' }, 'BASE_CHANGED'],
    [{ init_lora_weights: 'loftq' }, 'BASE_CHANGED'],
    [{ init_lora_weights: 'something_new' }, 'SETTING_UNKNOWN'],
    [{ peft_type: 'LOHA' }, 'FAMILY_UNSUPPORTED'],
    [{ layer_replication: [[0, 2]] }, 'LAYER_REPLICATION'],
    [{ target_parameters: ['experts.gate_up_proj'] }, 'TARGET_PARAMETERS'],
    [{ trainable_token_indices: [1, 2] }, 'TRAINABLE_TOKENS'],
    [{ use_qalora: true }, 'QA_LORA'],
    [{ use_dora: true }, 'DORA'],
    [{ something_new: 1 }, 'SETTING_UNKNOWN'],
    [{ bias: 'some' }, 'CONFIG_INVALID'],
    [{ rank_pattern: { '(a+)+': 4 } }, 'PATTERN_REFUSED'],
    [{ rank_pattern: { '.*.*.*.*x': 4 } }, 'PATTERN_REFUSED'],
    [{ rank_pattern: { '(?=x)': 4 } }, 'PATTERN_REFUSED'],
    [{ rank_pattern: { '(': 4 } }, 'PATTERN_REFUSED'],
    [{ alpha_pattern: { ['x'.repeat(513)]: 4 } }, 'PATTERN_REFUSED'],
    [{ rank_pattern: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, 1])) }, 'CONFIG_INVALID'],
    [{ rank_pattern: { a: 'x' } }, 'CONFIG_INVALID'],
    [{ rank_pattern: [] }, 'CONFIG_INVALID'],
    [{ r: 3 }, 'MODULE_INVALID'],
    [{ r: '4' }, 'CONFIG_INVALID'],
    [{ r: 0 }, 'CONFIG_INVALID'],
    [{ r: 65_537 }, 'CONFIG_INVALID'],
    [{ lora_alpha: null }, 'CONFIG_INVALID'],
    [{ target_modules: [1] }, 'CONFIG_INVALID'],
    [{ modules_to_save: 'lm_head' }, 'CONFIG_INVALID'],
  ];
  it.each(changes)('%.100o', async (change, code) => {
    const report = await inspectAdapter(await changed(change));
    expect(report.importable).toBe(false);
    expect(report.blockers.map((blocker) => blocker.code)).toContain(code);
    for (const { reason, remedy } of report.blockers) expect(reason.length * remedy.length).toBeGreaterThan(0);
  });

  it('a configuration above its cap', async () => {
    const where = await changed({ padding: 'x'.repeat(adapterLimits.configBytes) });
    await expect(inspectAdapter(where)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
  });

  it.each(['.*a.*a.*b', `${'(a|a)'.repeat(60)}b`])('patterns that could run for minutes: %.40s', (key) => {
    const modules = Array.from({ length: 1000 }, (_, i) => `${'a.'.repeat(250)}${i}`);
    const slow = new Map([[key, 4]]);
    expect(() => matchPatterns('adapter_config.json', slow, modules)).toThrow(
      expect.objectContaining({ code: 'ADAPTER_PATTERN_REFUSED' }) as Error,
    );
  });

  it('a folder without a config, one of pickles, and none', async () => {
    const where = await changed({});
    await rename(join(where, 'adapter_model.safetensors'), join(where, 'adapter_model.bin'));
    const pickled = await inspectAdapter(where);
    expect(pickled.blockers).toMatchObject([{ code: 'PICKLED', remedy: expect.stringContaining('save_file') }]);
    await rename(join(where, 'adapter_model.bin'), join(where, 'adapter_model.safetensors'));
    await rm(join(where, 'adapter_config.json'));
    expect((await inspectAdapter(where)).blockers).toMatchObject([{ code: 'CONFIG_MISSING' }]);
    await expect(inspectAdapter(folder)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
    await expect(inspectAdapter(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
  });
});

describe('an exported adapter', () => {
  it('comes back with its modules, ranks, scales and factors to the bit', async () => {
    const path = join(folder, 'mixed.safetensors');
    const ranks: readonly (readonly [string, number, number])[] = [
      ['a.b', 2, 1.5],
      ['x.a.b', 3, 2],
      ['x.c', 2, 2],
      ['0', 2, 2],
    ];
    const infos = ranks.map(([name, rank, scale]) => ({ name, rank, scale, inFeatures: 4, outFeatures: 5 }));
    const factors = (rank: number) => ({
      a: Float32Array.from({ length: rank * 4 }, (_, i) => Math.sin(i)),
      b: Float32Array.from({ length: rank * 5 }, (_, i) => Math.cos(i)),
    });
    const baseDigest = '0'.repeat(64);
    const targetModules = ['a.b', 'c', '0'];
    await writeAdapter(
      path,
      { version: 1, name: 'mixed', method: 'LORA', rank: 3, alpha: 4, scale: 2, targetModules, baseDigest },
      infos.map((info) => ({ info, factors: () => factors(info.rank) })),
    );
    const adapter = await openAdapter(path);
    const where = join(folder, 'exported');
    const exported = await exportPeftFolder(adapter, where, { baseModel: 'tiny', ranks: 'PATTERNS' });
    expect(exported).toMatchObject({ rank: 2, scale: 2, relativeError: 0, truncated: 0, modules: 4 });
    const back = await readPeftFolder(where);
    expect([...back.modules]).toEqual([...adapter.modules]);
    expect(back.targets).toEqual([...adapter.modules.keys()]);
    for (const { name, rank } of infos) expect(await back.readFactors(name)).toEqual(factors(rank));
    await expect(exportPeftFolder(adapter, where)).rejects.toMatchObject({ code: 'ADAPTER_FOLDER_NOT_EMPTY' });
    await back.close();
    await adapter.close();
  });
});
