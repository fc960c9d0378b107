import { defineModuleStrategy, definePlugin } from '@crucible/sdk';
import { loadPlugins, type LoadedPlugin, type PluginRegistry } from '@crucible/sdk/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HOST_FOLDER } from '../compute/load-strategy.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';

/** Its option `run` would be an enum `FusionRun`. */
const strategy = defineModuleStrategy({
  id: 'fusion',
  title: 'Fusion',
  description: 'Fuses.',
  references: [{ title: 'None' }],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['DELTA'],
  options: z.object({ run: z.enum(['fast', 'slow']).default('fast').describe('How to run.') }),
  fuseModule: () => ({ kind: 'combination', coefficients: [1] }),
});

async function withColliding(): Promise<PluginRegistry> {
  const installed = await loadPlugins({ root: HOST_FOLDER });
  const plugin: LoadedPlugin = {
    name: 'colliding',
    version: '1.0.0',
    path: '/colliding',
    status: 'LOADED',
    manifest: { sdk: '*', entry: './index.js', strategies: ['fusion'] },
    plugin: definePlugin({ strategies: [strategy] }),
  };
  return {
    plugins: [...installed.plugins, plugin],
    strategies: new Map([...installed.strategies, ['fusion', { strategy, plugin }]]),
    adapterMethods: installed.adapterMethods,
  };
}

describe('a plugin whose types collide with the schema', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await createTestServer({ plugins: await withColliding() });
  });
  afterAll(() => server.dispose());

  it('is listed as FAILED with the reason, and the others work', async () => {
    const { plugins, strategies } = await server.data<{
      plugins: { name: string }[];
      strategies: { key: string }[];
    }>('{ plugins { name status problemCode problemMessage } strategies { key } }');
    expect(plugins.find(({ name }) => name === 'colliding')).toEqual({
      name: 'colliding',
      status: 'FAILED',
      problemCode: 'API_PLUGIN_NAME_TAKEN',
      problemMessage:
        'the type name "FusionRun" is already taken by the schema itself; rename the strategy or the option',
    });
    const installed = await loadPlugins({ root: HOST_FOLDER });
    expect(strategies.map(({ key }) => key)).toEqual([...installed.strategies.keys()].toSorted());
  });

  it('has no field in StrategyInput', async () => {
    const { __type } = await server.data<{ __type: { inputFields: { name: string }[] } }>(
      '{ __type(name: "StrategyInput") { inputFields { name } } }',
    );
    expect(__type.inputFields.map(({ name }) => name)).not.toContain('fusion');
  });
});
