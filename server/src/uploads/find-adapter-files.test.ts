import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findAdapterFiles } from './find-adapter-files.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'adapter-files-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('names the adapters of a folder of several in order, however the file system lists them', async () => {
  for (const name of ['seven', 'two', 'five', 'one']) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'adapter_config.json'), '{}');
  }
  await expect(findAdapterFiles(root)).rejects.toThrow(
    'there are 4 adapters (five/adapter_config.json, one/adapter_config.json, seven/adapter_config.json)',
  );
});

it('looks at no more entries than it may, wherever they lie', async () => {
  await mkdir(join(root, 'deep', 'deeper'), { recursive: true });
  await writeFile(join(root, 'deep', 'deeper', 'one.safetensors'), '');
  expect(await findAdapterFiles(root, { walkedEntries: 3, depth: 8 })).toBe(
    join(root, 'deep', 'deeper', 'one.safetensors'),
  );
  await writeFile(join(root, 'deep', 'notes.txt'), '');
  await expect(findAdapterFiles(root, { walkedEntries: 3, depth: 8 })).rejects.toThrow('more than 3 entries');
});

it('looks no deeper than it may', async () => {
  await mkdir(join(root, 'a', 'b'), { recursive: true });
  await writeFile(join(root, 'a', 'b', 'one.safetensors'), '');
  await expect(findAdapterFiles(root, { walkedEntries: 10, depth: 2 })).rejects.toThrow('no .safetensors file');
});
