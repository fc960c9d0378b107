import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SDK_VERSION } from '../../sdk-version.js';
import { discoverPlugins } from './discover-plugins.js';
import { loadPlugin } from './load-plugin.js';
import { loadPlugins } from './load-plugins.js';
import { pluginLimits } from './plugin-limits.js';
import { originOf } from './strategy-origin.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plugins-'));
});
afterEach(() => rm(root, { recursive: true }));

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

/** A plugin as a third party would build it, without our SDK: an object with the brand. */
const code = (ids: readonly string[], prelude = ''): string => `
  ${prelude}
  const options = { _zod: { def: { type: 'object' } } };
  const strategy = (id) => ({ id });
  export default Object.assign({ strategies: ${JSON.stringify(ids)}.map(strategy), adapterMethods: [] }, { [Symbol.for('crucible.plugin.v1')]: true });
`;
/** One that defines an adapter method, which needs no zod. */
const methodCode = (id: string, prelude = ''): string => `
  ${prelude}
  const method = { id: '${id}', title: 't', description: 'd', references: [{ title: 'r' }], trainable: 'B', linearization: 'MODULE' };
  export default { strategies: [], adapterMethods: [method], [Symbol.for('crucible.plugin.v1')]: true };
`;

interface Package {
  readonly at?: string;
  readonly crucible?: unknown;
  readonly entry?: string;
  readonly version?: string;
}
const install = async (name: string, { at, crucible, entry, version = '1.2.3' }: Package): Promise<void> => {
  const folder = at ?? `node_modules/${name}`;
  const json = { name, version, license: 'MIT', description: `about ${name}`, type: 'module', crucible };
  await write(`${folder}/package.json`, JSON.stringify(json));
  if (entry !== undefined) await write(`${folder}/index.js`, entry);
};
const host = (...names: string[]): Promise<void> =>
  write(
    'package.json',
    JSON.stringify({ name: 'host', dependencies: Object.fromEntries(names.map((name) => [name, '*'])) }),
  );
const manifest = (change: object = {}): object => ({
  sdk: `^${SDK_VERSION}`,
  entry: './index.js',
  strategies: [],
  adapterMethods: ['X_LORA'],
  ...change,
});

describe('discoverPlugins', () => {
  it('lists packages with a "crucible" key, by name, without running their code', async () => {
    await host('b-plugin', '@scope/a-plugin', 'a-library', 'not-installed');
    const entry = 'globalThis.ran = true; throw new Error("must not run");';
    await install('b-plugin', { crucible: manifest(), entry });
    await install('@scope/a-plugin', { crucible: manifest({ adapterMethods: ['Y_LORA'] }), entry });
    await install('a-library', {});
    const listings = await discoverPlugins({ root });
    expect(
      listings.map(({ name, version, status, licence, description }) => [name, version, status, licence, description]),
    ).toEqual([
      ['@scope/a-plugin', '1.2.3', 'FOUND', 'MIT', 'about @scope/a-plugin'],
      ['b-plugin', '1.2.3', 'FOUND', 'MIT', 'about b-plugin'],
    ]);
    expect('ran' in globalThis).toBe(false);
  });

  it('looks into a plugins folder and through links as well', async () => {
    await host();
    await install('linked', { at: 'elsewhere/linked', crucible: manifest({ adapterMethods: ['Y_LORA'] }) });
    await install('dropped', { at: 'plugins/dropped', crucible: manifest() });
    await install('@s/scoped', { at: 'plugins/@s/scoped', crucible: manifest({ adapterMethods: ['Z_LORA'] }) });
    await symlink(join(root, 'elsewhere/linked'), join(root, 'plugins/linked'));
    await write('plugins/README.md', 'no package');
    const listings = await discoverPlugins({ root, folder: join(root, 'plugins') });
    expect(listings.map(({ name, status }) => [name, status])).toEqual([
      ['@s/scoped', 'FOUND'],
      ['dropped', 'FOUND'],
      ['linked', 'FOUND'],
    ]);
  });

  it.each([
    ['no semver range', manifest({ sdk: 'latest!' }), 'FAILED', 'PLUGIN_INVALID_MANIFEST', 'crucible.sdk'],
    [
      'an entry outside of the package',
      manifest({ entry: './../evil.js' }),
      'FAILED',
      'PLUGIN_INVALID_MANIFEST',
      'crucible.entry',
    ],
    ['an absolute entry', manifest({ entry: '/evil.js' }), 'FAILED', 'PLUGIN_INVALID_MANIFEST', 'crucible.entry'],
    [
      'strategies that are no list',
      manifest({ strategies: 'ties' }),
      'FAILED',
      'PLUGIN_INVALID_MANIFEST',
      'crucible.strategies',
    ],
    [
      'an id that is none',
      manifest({ strategies: ['__proto__'] }),
      'FAILED',
      'PLUGIN_INVALID_MANIFEST',
      'crucible.strategies',
    ],
    [
      'too many ids',
      manifest({ strategies: Array.from({ length: 257 }, (_, i) => `s${i}`) }),
      'FAILED',
      'PLUGIN_INVALID_MANIFEST',
      'crucible.strategies',
    ],
    ['a key that is no object', true, 'FAILED', 'PLUGIN_INVALID_MANIFEST', '"crucible"'],
    [
      'another SDK',
      manifest({ sdk: '^99.0.0' }),
      'INCOMPATIBLE',
      'PLUGIN_INCOMPATIBLE',
      `^99.0.0, and this is ${SDK_VERSION}`,
    ],
  ])('says what is wrong with %s, and harms no other', async (_, crucible, status, problem, reason) => {
    await host('bad', 'good');
    await install('bad', { crucible });
    await install('good', { crucible: manifest() });
    const [bad, good] = await discoverPlugins({ root });
    expect(bad).toMatchObject({ name: 'bad', status, code: problem });
    expect(bad!.reason).toContain(reason);
    expect(good).toMatchObject({ name: 'good', status: 'FOUND' });
  });

  it('does not read a package.json that is no JSON or too long', async () => {
    await host('broken', 'long');
    await write('node_modules/broken/package.json', '{ "crucible": ');
    await write('node_modules/long/package.json', `{ "crucible": "${'x'.repeat(pluginLimits.packageJsonBytes)}" }`);
    const listings = await discoverPlugins({ root });
    expect(listings.map(({ status, reason }) => [status, reason])).toEqual([
      ['FAILED', expect.stringContaining('not JSON')],
      ['FAILED', expect.stringContaining(`at most ${pluginLimits.packageJsonBytes}`)],
    ]);
  });

  it('looks through no more packages than the limit', async () => {
    await host();
    const names = Array.from({ length: pluginLimits.packages + 1 }, (_, i) => `p${i}`);
    await Promise.all(names.map((name) => mkdir(join(root, 'plugins', name), { recursive: true })));
    await expect(discoverPlugins({ root, folder: join(root, 'plugins') })).rejects.toThrow(
      `at most ${pluginLimits.packages}`,
    );
  });

  it('gives an id to the first that announces it, and names the holder to the second', async () => {
    await host('first', 'second');
    await install('first', { crucible: manifest({ strategies: ['ties'] }) });
    await install('second', { crucible: manifest({ strategies: ['ties'], adapterMethods: [] }) });
    const [first, second] = await discoverPlugins({ root });
    expect(first!.status).toBe('FOUND');
    expect(second).toMatchObject({ status: 'FAILED', code: 'PLUGIN_DUPLICATE_ID' });
    expect(second!.reason).toContain('the strategy "ties", which "first" already defines');
  });
});

describe('loadPlugin', () => {
  const load = async (crucible: object, entry: string, importTimeout?: number) => {
    await host('plugin');
    await install('plugin', { crucible, entry });
    const [listing] = await discoverPlugins({ root });
    return loadPlugin(listing!, importTimeout === undefined ? {} : { importTimeout });
  };

  it('loads what keeps its promise', async () => {
    const loaded = await load(manifest(), methodCode('X_LORA'));
    expect(loaded).toMatchObject({ status: 'LOADED', plugin: { adapterMethods: [{ id: 'X_LORA' }] } });
  });

  it.each([
    ['throws', 'throw new Error("no luck");', 'PLUGIN_IMPORT_FAILED', 'no luck'],
    ['throws no error', 'throw 42;', 'PLUGIN_IMPORT_FAILED', '42'],
    ['lacks a package', 'import "not-installed-anywhere";', 'PLUGIN_IMPORT_FAILED', 'not-installed-anywhere'],
    ['has no brand', 'export default { strategies: [], adapterMethods: [] };', 'PLUGIN_NOT_A_PLUGIN', 'definePlugin'],
    ['has no default export', 'export const plugin = 1;', 'PLUGIN_NOT_A_PLUGIN', 'definePlugin'],
    ['defines something else', methodCode('OTHER'), 'PLUGIN_MANIFEST_MISMATCH', '["X_LORA"] and defines ["OTHER"]'],
    ['forges the brand', code(['ties']), 'PLUGIN_INVALID_DEFINITION', 'strategy "ties"'],
  ])('fails one that %s, with the reason', async (_, entry, problem, reason) => {
    const failed = await load(manifest(), entry);
    expect(failed).toMatchObject({ status: 'FAILED', code: problem });
    expect('reason' in failed && failed.reason).toContain(reason);
  });

  it('gives up an import that does not end', async () => {
    const failed = await load(
      manifest(),
      methodCode('X_LORA', 'await new Promise(() => setInterval(() => {}, 1e9).unref());'),
      20,
    );
    expect(failed).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('20 ms') });
  });
});

describe('loadPlugins', () => {
  it('brings our own plugins in through the same door, and knows where a thread finds them', async () => {
    const server = new URL('../../../../../server', import.meta.url).pathname;
    const { strategies, adapterMethods } = await loadPlugins({ root: server });
    expect([...strategies.keys()]).toEqual(expect.arrayContaining(['taskArithmetic', 'simpleAverage', 'lLora']));
    expect([...adapterMethods.keys()]).toEqual(['L_LORA', 'NETWORK_LINEARIZED', 'FULL', 'FULL_LINEARIZED']);
    expect(originOf(strategies.get('lLora')!.strategy)).toMatchObject({ id: 'lLora' });
  });

  it('goes on where one of several fails', async () => {
    await host('bad', 'good');
    await install('bad', { crucible: manifest({ adapterMethods: ['Y_LORA'] }), entry: 'throw new Error("x");' });
    await install('good', { crucible: manifest(), entry: methodCode('X_LORA') });
    const { plugins, adapterMethods } = await loadPlugins({ root });
    expect(plugins.map(({ status }) => status)).toEqual(['FAILED', 'LOADED']);
    expect([...adapterMethods.keys()]).toEqual(['X_LORA']);
  });
});
