import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { discoverPlugins } from '../host/plugins/discover-plugins.js';
import { loadPlugin } from '../host/plugins/load-plugin.js';
import type { LoadedPlugin } from '../host/plugins/plugin-listing.js';
import { describeOptions } from '../options/describe-options.js';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'crucible-tutorial-'));
const packages = join(folder, 'packages');
const plugin = join(packages, 'crucible-magmax');

/** The fenced blocks of the tutorial that name a file: ```js file=index.js */
async function filesOfTutorial(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(repository, 'docs/writing-a-plugin.md'), 'utf8');
  const blocks = text.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, file, body]) => [file!, body!]));
}

const files = await filesOfTutorial();
await mkdir(plugin, { recursive: true });
// As `npm install` would: the peers lie in a node_modules folder above the package.
await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
await writeFile(join(folder, 'package.json'), '{ "name": "host", "version": "1.0.0" }');
for (const [file, body] of files) await writeFile(join(plugin, file), body);

afterAll(() => rm(folder, { recursive: true }));

describe('docs/writing-a-plugin.md', () => {
  it('has the three files that it promises', () => {
    expect([...files.keys()]).toEqual(['package.json', 'index.js', 'conformance.test.js']);
  });

  it('is found in a folder of plugins, loaded, and offers the strategy and the option that it declares', async () => {
    const [listing, ...others] = await discoverPlugins({ root: folder, folder: packages });
    expect(others).toEqual([]);
    const loaded = (await loadPlugin(listing!)) as LoadedPlugin;
    expect(loaded).toMatchObject({ name: 'crucible-magmax', status: 'LOADED' });
    const [strategy] = loaded.plugin.strategies;
    expect(strategy!.id).toBe('magMax');
    expect(describeOptions(strategy!.options).map(({ name, type }) => [name, type])).toEqual([['lambda', 'FLOAT']]);
  });
});

// Its own conformance test, as its author would run it.
await import(/* @vite-ignore */ join(plugin, 'conformance.test.js'));
