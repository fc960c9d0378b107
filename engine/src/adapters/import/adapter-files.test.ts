import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../tensors/index.js';
import { adapterLimits } from '../limits.js';
import { importAdapter } from './import-adapter.js';
import { inspectAdapter } from './inspect-adapter.js';
import { base, factorsOf, fresh, golden, importFrom, openManifest, renamed } from './import-cases.testing.js';

describe('names', () => {
  it.each<[string, (name: string) => string, string]>([
    ['without the prefix', (name) => name.replace('base_model.model.', ''), 'NAME_PREFIX_MISSING'],
    ['with an adapter’s name inside', (name) => name.replace(/lora_([AB])\./, 'lora_$1.default.'), 'NAME_INFIX'],
  ])('%s give the same adapter', async (_, rename, notice) => {
    const plain = await importFrom(golden('llama/mix-a'));
    const other = await importFrom(await renamed('llama/mix-a', rename));
    expect(other.digest).toBe(plain.digest);
    expect(other.inspection.notices.map(({ code }) => code)).toContain(notice);
  });

  it('of embeddings with an adapter’s name inside give the same adapter', async () => {
    const plain = await importFrom(golden('llama/embed-a'));
    const rename = (name: string): string =>
      name.replace(/lora_(embedding_[AB])$/, 'lora_$1.default').replace(/lora_([AB])\./, 'lora_$1.default.');
    expect((await importFrom(await renamed('llama/embed-a', rename))).digest).toBe(plain.digest);
  });

  it.each(['.weight', '.default.weight', '.default'])('of DoRA magnitudes may end in "%s"', async (end) => {
    const rename = (name: string): string => name.replace(/lora_magnitude_vector$/, `lora_magnitude_vector${end}`);
    const report = await inspectAdapter(await renamed('llama/dora-a', rename));
    expect(report.blockers.map(({ code }) => code)).toEqual(['DORA']);
    expect(report.modules).toHaveLength(4);
  });

  it('of two adapters in one file are refused', async () => {
    let count = 0;
    const rename = (name: string): string => name.replace(/lora_([AB])\./, `lora_$1.${(count += 1) > 2 ? 'x' : 'y'}.`);
    const report = await inspectAdapter(await renamed('llama/eq-a', rename));
    expect(report.blockers).toMatchObject([
      { code: 'FOREIGN_TENSOR', subject: expect.stringContaining('x') as string },
    ]);
  });
});

describe('files', () => {
  it('in shards give the same adapter', async () => {
    const where = await fresh();
    const source = await openSafetensors(join(golden('llama/eq-a'), 'adapter_model.safetensors'));
    const names = [...source.tensors.keys()].sort();
    const weightMap: Record<string, string> = {};
    for (const [at, part] of [names.slice(0, 3), names.slice(3)].entries()) {
      const file = `adapter_model-0000${at + 1}-of-00002.safetensors`;
      const tensors = part.map((name) => ({ ...source.info(name), read: () => source.read(name) }));
      await writeSafetensors(join(where, file), { tensors });
      for (const name of part) weightMap[name] = file;
    }
    await source.close();
    await writeFile(join(where, 'adapter_model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
    await cp(join(golden('llama/eq-a'), 'adapter_config.json'), join(where, 'adapter_config.json'));
    const sharded = await importFrom(where);
    expect(sharded.digest).toBe((await importFrom(golden('llama/eq-a'))).digest);
    expect(sharded.inspection.files).toHaveLength(3);
  });

  it('in a folder of its own, as PEFT saves adapters that are not called "default", are found', async () => {
    const where = await fresh();
    await cp(golden('llama/eq-a'), join(where, 'french'), { recursive: true });
    expect((await importFrom(where)).digest).toBe((await importFrom(golden('llama/eq-a'))).digest);
    await cp(golden('llama/eq-b'), join(where, 'german'), { recursive: true });
    await expect(inspectAdapter(where)).rejects.toMatchObject({
      code: 'ADAPTER_SOURCE_UNREADABLE',
      message: expect.stringContaining('french, german') as string,
    });
  });

  it('that are links out of their folder are not read', async () => {
    const where = await fresh();
    await cp(join(golden('llama/eq-a'), 'adapter_model.safetensors'), join(where, 'adapter_model.safetensors'));
    await symlink(join(golden('llama/eq-a'), 'adapter_config.json'), join(where, 'adapter_config.json'));
    await expect(inspectAdapter(where)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
    await rm(join(where, 'adapter_config.json'));
    await cp(join(golden('llama/eq-a'), 'adapter_config.json'), join(where, 'adapter_config.json'));
    await rm(join(where, 'adapter_model.safetensors'));
    await symlink(join(golden('llama/eq-a'), 'adapter_model.safetensors'), join(where, 'adapter_model.safetensors'));
    await expect(inspectAdapter(where)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
  });

  it.each(['adapter_config.json', 'adapter_model.safetensors', 'adapter_model.safetensors.index.json'])(
    'that are links to nothing, to a folder, or out of theirs, are not opened: %s',
    async (name) => {
      for (const target of ['nowhere', 'inner', '../elsewhere']) {
        const where = await fresh();
        await mkdir(join(where, 'inner'));
        await writeFile(join(where, '../elsewhere'), '{}');
        if (name !== 'adapter_config.json') {
          await cp(join(golden('llama/eq-a'), 'adapter_config.json'), join(where, 'adapter_config.json'));
        }
        await symlink(target, join(where, name));
        await expect(inspectAdapter(where)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
      }
    },
  );

  it('that are none at all are not opened', async () => {
    await expect(inspectAdapter('/dev/null')).rejects.toMatchObject({
      message: expect.stringContaining('neither a file nor a folder') as string,
    });
  });

  it('in a folder above the cap, or several that could be meant, are not guessed at', async () => {
    const crowded = await fresh();
    const many = Array.from({ length: adapterLimits.folderEntries + 1 }, (_, i) => `${i}.txt`);
    await Promise.all(many.map((name) => writeFile(join(crowded, name), '')));
    await expect(inspectAdapter(crowded)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
    const two = await fresh();
    await Promise.all(['a', 'b'].map((name) => writeFile(join(two, `${name}.safetensors`), '')));
    await expect(inspectAdapter(two)).rejects.toMatchObject({
      message: expect.stringContaining('a.safetensors, b.') as string,
    });
  });

  it('of ours stay what they are, under another name, and belong to their own base alone', async () => {
    const digest = { digest: base.digest };
    const imported = await importFrom(golden('gpt2/bias-a'), 'imported', { base: digest });
    for (const more of [{ base: digest }, { base: undefined }]) {
      const options = { source: imported.path, outputPath: join(await fresh(), 'again.safetensors'), name: 'again' };
      const again = await importAdapter({
        ...options,
        ...(more.base && { base: more.base }),
        provenance: { by: 'copy' },
      });
      expect(again.inspection.dialect).toBe('CRUCIBLE');
      expect(again.manifest).toEqual({
        ...(await openManifest(imported.path)),
        name: 'again',
        provenance: { ...imported.manifest.provenance, by: 'copy' },
      });
      expect(await factorsOf(again.path)).toEqual(await factorsOf(imported.path));
    }
    const other = await inspectAdapter(imported.path, { base: { digest: 'cd'.repeat(32) } });
    expect(other.blockers).toMatchObject([{ code: 'BASE_DIFFERS', subject: 'imported' }]);
  });
});
