import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestServer, type TestServer } from '../testing/create-test-server.js';
import { seed } from '../testing/seed.js';
import { bootScript, fillIn } from './boot-script.js';
import { exampleTabs, tabSources } from './example-tabs.js';

describe('the examples of the IDE', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await createTestServer();
    await seed(server.platform.orm.em.fork(), { tasks: 2, adapters: 2, runs: 1 });
  });
  afterAll(() => server.dispose());

  async function firstEvent(query: string, variables: Record<string, unknown>): Promise<unknown> {
    const events = server.subscribe(query, variables);
    const { value } = await events.next();
    await events.return?.();
    return value;
  }

  it('work as they stand, with the ids that the page fills in', async () => {
    const tabs = fillIn(exampleTabs, await server.data(tabSources));
    const answers: unknown[] = [];
    for (const { query, variables } of tabs) {
      const values = JSON.parse(variables ?? '{}') as Record<string, unknown>;
      answers.push(await (query.includes('subscription ') ? firstEvent(query, values) : server.data(query, values)));
    }
    expect(answers).toMatchObject([
      { fusionRuns: { nodes: [{ meanScore: 0.5 }, {}, {}, {}] } },
      { fuse: { __typename: 'FusionRun', state: 'QUEUED' } },
      { state: 'SUCCEEDED' },
      { tasks: { nodes: [{ name: 'task-0' }, { name: 'task-1' }] } },
      { system: { backend: { chosen: 'wasm' } } },
    ]);
  });

  it('say what to put where there is nothing yet', () => {
    const [tab] = fillIn([{ query: '', variables: { adapters: '$adapters' } }], null);
    expect(tab?.variables).toContain('the id of an adapter');
  });

  it('are carried by a script that parses', () => {
    expect(() => new Function(bootScript(exampleTabs))).not.toThrow();
  });
});
