import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Strategy } from '../../contract/strategy.js';
import { SDK_VERSION } from '../../sdk-version.js';
import { openBackend } from '../fusion/open-backend.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import type { ModelFusionOutcome, ModelFusionRequest } from './model-run.js';
import { runModelFusion } from './run-model-fusion.js';
import { SHAPES, writeSyntheticModel } from './synthetic-model.testing.js';

/** Rules whose answer says what they saw, in a package that a thread can import. */
const SOURCE = (sdk: string, zod: string): string => `
import { defineModuleStrategy, definePlugin, defineWrapperStrategy } from '${sdk}';
import { z } from '${zod}';
const describing = {
  title: 'x', description: 'x', references: [{ title: 'x' }], needs: { minAdapters: 1, order: 'INVARIANT' }, spaces: ['DELTA'], elementwise: true,
};
const options = z.object({ factor: z.number().min(0).max(10).default(1).describe('x') });
const own = (members, weights) => members.map((member) => weights[member.position] * member.options.factor);
export default definePlugin({ strategies: [
  defineModuleStrategy({
    ...describing, id: 'scaled', schedulable: ['factor'], options,
    survey: { rounds: 1, start: ({ factor }) => factor, observe: ({ options }) => options.factor, combine: (seen, first) => first + Math.max(...seen) },
    fuseModule: ({ members, weights, options }, state) => ({ kind: 'combination', coefficients: own(members, weights).map((c) => c + 100 * options.factor + 1000 * state) }),
  }),
  defineModuleStrategy({
    ...describing, id: 'dense', schedulable: ['factor'], options,
    fuseModule: ({ members, weights }, _, { tf }) => ({
      kind: 'vectors', vectors: [tf.tidy(() => tf.addN(own(members, weights).map((c, m) => tf.mul(members[m].vectors[0], c))))],
    }),
  }),
  defineWrapperStrategy({
    ...describing, id: 'times', wraps: 'ANY', defaultRule: { dense: {} }, schedulable: ['power'],
    options: z.object({ power: z.number().default(1).describe('x') }),
    wrapModule: ({ members, options: { power } }, { tf }) => ({
      vectors: members.map(({ vectors }) => vectors.map((vector) => tf.mul(vector, power))), restore: (vectors) => ({ kind: 'vectors', vectors }),
    }),
  }),
] });
`;

const shapes = { ...SHAPES, 'lm_head.weight': [12, 8] };
let root: string;
let strategies: ReadonlyMap<string, Strategy>;
let folders: { readonly base: string; readonly models: readonly string[] };
let made = 0;
const fresh = (): string => join(root, `model-${(made += 1)}`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crucible-schedules-'));
  const require = createRequire(import.meta.url);
  const urlOf = (name: string): string => pathToFileURL(require.resolve(name)).href;
  await mkdir(join(root, 'plugins/rules'), { recursive: true });
  const crucible = { sdk: `^${SDK_VERSION}`, entry: './index.js', strategies: ['scaled', 'dense', 'times'] };
  await writeFile(
    join(root, 'plugins/rules/package.json'),
    JSON.stringify({ name: 'rules', type: 'module', crucible }),
  );
  await writeFile(join(root, 'plugins/rules/index.js'), SOURCE(urlOf('@crucible/sdk'), urlOf('zod')));
  const registry = await loadPlugins({ root, folder: join(root, 'plugins') });
  strategies = new Map([...registry.strategies].map(([id, { strategy }]) => [id, strategy]));
  const model = (seed: number): Promise<string> =>
    writeSyntheticModel(fresh(), { seed, shapes, dtype: 'BF16', config: { tie_word_embeddings: false } });
  folders = { base: await model(0), models: [await model(1), await model(2)] };
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Given = Partial<Omit<ModelFusionRequest, 'strategy' | 'models' | 'base'>> & {
  readonly weights?: readonly number[];
};

async function fuse(rule: string, { weights = [1, 2], ...given }: Given = {}): Promise<ModelFusionOutcome> {
  return runModelFusion({
    strategy: strategies.get(rule)!,
    strategies,
    options: {},
    base: folders.base,
    models: folders.models.map((folder, i) => ({ folder, weight: weights[i]! })),
    outputFolder: fresh(),
    tf: await openBackend('cpu'),
    ...given,
  });
}

const coefficientsOf = ({ tensors }: ModelFusionOutcome): Record<string, readonly number[] | undefined> =>
  Object.fromEntries(tensors.flatMap(({ name, coefficients }) => (coefficients ? [[name, coefficients]] : [])));

describe('schedules of a fusion of models', () => {
  it('vary weights and options by model, by layer and by module; embeddings are at 0, head and final norm at 1', async () => {
    const schedules = [
      { parameter: 'weight', adapter: 1, modules: '*.conv', values: [7] },
      { parameter: 'weight', adapter: 0, values: [0, 10] },
      { parameter: 'factor', adapter: 1, modules: 'model.layers.*', values: [3] },
    ];
    // The option itself and the largest that a tensor has, in the survey.
    const rest = 100 + 1000 * 2;
    expect(coefficientsOf(await fuse('scaled', { options: { schedules } }))).toEqual({
      'model.embed_tokens.weight': [0 + rest, 2 + rest],
      'model.layers.0.conv.weight': [0 + rest, 21 + rest],
      'model.layers.0.proj.weight': [0 + rest, 6 + rest],
      'model.layers.0.proj.bias': [0 + rest, 6 + rest],
      'model.layers.2.proj.weight': [2 + rest, 6 + rest],
      'model.layers.10.proj.weight': [10 + rest, 6 + rest],
      'model.norm.weight': [10 + rest, 2 + rest],
      'lm_head.weight': [10 + rest, 2 + rest],
    });
  });

  it.each(['scaled', 'dense'])(
    'of one value give what the option and the weight give, byte for byte: %s',
    async (rule) => {
      const schedules = [
        { parameter: 'factor', values: [0.3] },
        { parameter: 'weight', adapter: 1, modules: '*', values: [0.7, 0.7, 0.7] },
      ];
      const plain = await fuse(rule, { options: { factor: 0.3 }, weights: [1, 0.7] });
      const scheduled = await fuse(rule, { options: { ...(rule === 'scaled' && { factor: 0.3 }), schedules } });
      expect(scheduled.digest).toBe(plain.digest);
      expect(scheduled.options['schedules']).toEqual(schedules);
    },
  );

  it.each(['scaled', 'dense', 'times'])('do not depend on workers or blocks of rows: %s', async (rule) => {
    const own = [
      { parameter: 'factor', adapter: 0, modules: '*.embed_tokens', values: [2] },
      { parameter: 'factor', values: [0, 1] },
    ];
    const options =
      rule === 'times'
        ? { schedules: [{ parameter: 'power', values: [1, 0.5] }], rule: { dense: { schedules: own } } }
        : { schedules: own };
    const digests: string[] = [];
    for (const given of [
      { workers: 1 },
      { workers: 2 },
      ...(rule === 'scaled' ? [{ workers: 8 }] : []),
      ...(rule === 'times' ? [] : [{ blockElements: 20 }]),
    ]) {
      digests.push((await fuse(rule, { options, ...given })).digest);
    }
    expect(new Set(digests).size).toBe(1);
    expect(digests[0]).not.toBe((await fuse(rule)).digest);
  });

  it('are refused for a pattern that matches no tensor', async () => {
    const schedules = [{ parameter: 'weight', modules: '*.mlp.*', values: [1] }];
    await expect(fuse('scaled', { options: { schedules } })).rejects.toMatchObject({
      code: 'FUSION_SCHEDULE_UNMATCHED',
    });
  });
});
