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
