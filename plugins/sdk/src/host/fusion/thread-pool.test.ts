import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AdapterFile } from '@crucible/engine/adapters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Strategy } from '../../contract/strategy.js';
import { SDK_VERSION } from '../../sdk-version.js';
import { fuseAdapters } from '../../testing/fuse-adapters.js';
import { syntheticAdapter } from '../../testing/synthetic-adapters.js';
import { loadPlugins } from '../plugins/load-plugins.js';

/** Strategies that misbehave, each in the step that its name says, in a package that a thread can import. */
const SOURCE = (sdk: string, zod: string): string => `
import { defineModuleStrategy, definePlugin, defineWrapperStrategy } from '${sdk}';
import { z } from '${zod}';
const rule = (id, fuseModule, survey) => defineModuleStrategy({
  id, title: id, description: id, references: [{ title: id }], needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['DELTA'], options: z.object({}), fuseModule, ...(survey && { survey }),
});
const sum = ({ members }) => ({ kind: 'combination', coefficients: members.map(({ weight }) => weight) });
export default definePlugin({ strategies: [
  rule('good', sum),
  rule('counted', ({ members }, { total }) => ({ kind: 'combination', coefficients: members.map(() => 1 / total) }), {
    rounds: 2, start: () => ({ total: 0 }), observe: ({ index }, _, round) => (index + 1) * (round + 1),
    combine: (observations, state) => ({ total: state.total + observations.reduce((a, b) => a + b, 0) }),
  }),
  { ...rule('scheduled', ({ members, options }, state) => ({
    kind: 'combination', coefficients: members.map(({ weight, options: own }) => weight * own.factor + options.factor + state.total),
  }), {
    rounds: 1, start: ({ factor }) => ({ total: factor }), observe: ({ weights, options }) => weights[1] * options.factor,
    combine: (observations) => ({ total: observations.reduce((a, b) => a + b, 0) }),
  }), options: z.object({ factor: z.number().default(1).describe('x') }), schedulable: ['factor'] },
  { ...rule('each', ({ members }, _, { tf }) => ({
    kind: 'outputs', outputs: members.map(({ vectors, weight }) => [tf.mul(vectors[0], weight)]),
  })), outputs: 'PER_ADAPTER' },
  rule('factored', ({ members }) => ({ kind: 'factors', factors: members[1].factors })),
  defineWrapperStrategy({
    id: 'turning', title: 'x', description: 'x', references: [{ title: 'x' }], needs: { minAdapters: 1, order: 'INVARIANT' },
    spaces: ['DELTA'], options: z.object({}), wraps: 'ANY', defaultRule: { counted: {} },
    wrapModule: ({ members }, { tf }) => ({
      vectors: members.map(({ vectors }) => [tf.transpose(vectors[0])]),
      restore: (merged) => ({ kind: 'vectors', vectors: [tf.transpose(merged[0])] }),
    }),
  }),
  rule('throwing', ({ index }) => { if (index === 1) throw new TypeError('no second module'); return { kind: 'combination', coefficients: [1, 1, 1] }; }),
  rule('exiting', () => process.exit(3)),
  rule('spinning', (_, __, context) => { context.log('spinning'); for (;;); }),
  rule('logging', (input, _, context) => { context.log('module ' + input.index); return sum(input); }),
  rule('drawing', ({ module, members }, _, context) => ({ kind: 'combination', coefficients: [...context.random.uniform([module], members.length)] })),
] });
`;

const ids = [
  'scheduled',
  'good',
  'counted',
  'each',
  'factored',
  'turning',
  'throwing',
  'exiting',
  'spinning',
  'logging',
  'drawing',
];
let root: string;
let strategies: ReadonlyMap<string, Strategy>;
const adapters: readonly AdapterFile[] = [1, 2, 3].map((seed) => syntheticAdapter({ seed }));

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'threads-'));
  const require = createRequire(import.meta.url);
  const urlOf = (name: string): string => pathToFileURL(require.resolve(name)).href;
  await mkdir(join(root, 'plugins/odd'), { recursive: true });
  const crucible = { sdk: `^${SDK_VERSION}`, entry: './index.js', strategies: ids };
  await writeFile(join(root, 'plugins/odd/package.json'), JSON.stringify({ name: 'odd', type: 'module', crucible }));
  await writeFile(join(root, 'plugins/odd/index.js'), SOURCE(urlOf('@crucible/sdk'), urlOf('zod')));
  const registry = await loadPlugins({ root, folder: join(root, 'plugins') });
  strategies = new Map([...registry.strategies].map(([id, { strategy }]) => [id, strategy]));
});
afterAll(() => rm(root, { recursive: true }));

describe('several processes', () => {
  it.each(['good', 'counted', 'drawing', 'each', 'factored', 'turning'])(
    'give the bytes of one, for the strategy "%s"',
    async (id) => {
      const digests: string[] = [];
      for (const processes of [1, 3]) {
        const log: string[] = [];
        const onLog = (line: string): void => void log.push(line);
        const { outcome } = await fuseAdapters({
          strategy: strategies.get(id)!,
          strategies,
          adapters,
          processes,
          onLog,
        });
        digests.push((outcome.outputs ?? [outcome]).map(({ digest }) => digest).join());
        expect(log).toEqual([]);
      }
      expect(new Set(digests).size).toBe(1);
    },
  );

  it('give the bytes of one where weights and options vary by adapter, layer and module', async () => {
    const options = {
      schedules: [
        { parameter: 'factor', adapter: 1, values: [0.1, 0.7] },
        { parameter: 'factor', modules: '*k_proj', values: [3] },
        { parameter: 'weight', adapter: 2, values: [0.3, -2] },
      ],
    };
    const digests: string[] = [];
    for (const processes of [1, 2, 3]) {
      const { outcome } = await fuseAdapters({ strategy: strategies.get('scheduled')!, options, adapters, processes });
      digests.push(outcome.digest);
    }
    expect(new Set(digests).size).toBe(1);
  });

  it.each([
    [
      'throws',
      'throwing',
      'STRATEGY_FAILED',
      'strategy "throwing" failed in fuseModule of module "layers.0.k_proj-extra": no second module',
    ],
    ['exits', 'exiting', 'FUSION_WORKER_FAILED', 'exited with code 3'],
  ])('fail the run and nothing else where a strategy %s', async (_, id, code, message) => {
    const error: unknown = await fuseAdapters({ strategy: strategies.get(id)!, adapters, processes: 2 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    const after = await fuseAdapters({ strategy: strategies.get('good')!, adapters, processes: 2 });
    expect(after.outcome.modules).toBe(3);
  });

  it('are ended in the middle of a computation by an abort', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = fuseAdapters({
      strategy: strategies.get('spinning')!,
      adapters,
      processes: 2,
      signal: controller.signal,
      onLog: () => controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
  });

  it('pass on what a strategy logs', async () => {
    const log: string[] = [];
    await fuseAdapters({
      strategy: strategies.get('logging')!,
      adapters,
      processes: 2,
      onLog: (line) => log.push(line),
    });
    expect(log.toSorted()).toEqual(['module 0', 'module 1', 'module 2']);
  });

  it('are one where a strategy cannot be imported by a thread, and it is said', async () => {
    const log: string[] = [];
    const unpackaged = { ...strategies.get('good')! };
    await fuseAdapters({ strategy: unpackaged, adapters, processes: 2, onLog: (line) => log.push(line) });
    expect(log).toEqual(['strategy "good" was not loaded from a package: one process computes it']);
  });
});
