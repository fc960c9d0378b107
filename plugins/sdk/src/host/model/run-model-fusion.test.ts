import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decodeFloats, encodeFloats, type FloatDtype } from '@crucible/engine/checkpoints';
import { openTensorFolder } from '@crucible/engine/tensors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Strategy } from '../../contract/strategy.js';
import { SDK_VERSION } from '../../sdk-version.js';
import { openBackend } from '../fusion/open-backend.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { MemoryBudget } from './memory-budget.js';
import type { ModelFusionOutcome, ModelFusionRequest } from './model-run.js';
import { runModelFusion } from './run-model-fusion.js';
import { SHAPES, writeSyntheticModel, type SyntheticModel } from './synthetic-model.testing.js';

/** Rules of every kind of answer, in a package that a thread can import. */
const SOURCE = (sdk: string, zod: string): string => `
import { defineModuleStrategy, definePlugin, defineSearchStrategy } from '${sdk}';
import { z } from '${zod}';
const rule = (id, fuseModule, more = {}) => defineModuleStrategy({
  id, title: id, description: id, references: [{ title: id }], needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['DELTA'], options: z.object({}), fuseModule, ...more,
});
const sum = ({ members, weights }) => ({ kind: 'combination', coefficients: members.map(({ position }) => weights[position]) });
const dense = (tf, members, each) => tf.tidy(() => tf.addN(members.map((m) => each(m.vectors[0], m))));
export default definePlugin({ strategies: [
  rule('sum', sum),
  rule('average', ({ members }) => ({ kind: 'combination', coefficients: members.map(() => 1 / members.length) })),
  rule('denseSum', ({ members }, _, { tf }) => ({ kind: 'vectors', vectors: [dense(tf, members, (x, m) => tf.mul(x, m.weight))] }), { elementwise: true }),
  rule('halfway', ({ base, members }, _, { tf }) => ({ kind: 'vectors', vectors: [tf.mul(tf.add(base, members[0].vectors[0]), 0.5)] })),
  rule('clipped', ({ members }, { limit }, { tf }) => ({ kind: 'vectors', vectors: [dense(tf, members, (x) => tf.clipByValue(x, -limit, limit))] }), {
    survey: {
      rounds: 1, start: () => ({ limit: 0 }),
      observe: async ({ members }, _, __, { tf }) => Math.max(...await Promise.all(members.map(async ({ vectors: [x] }) => (await tf.max(tf.abs(x)).data())[0]))),
      combine: (found) => ({ limit: Math.max(...found) / 2 }),
    },
  }),
  rule('drawing', ({ module, members, outFeatures, inFeatures }, _, { tf, random }) => ({
    kind: 'vectors', vectors: [dense(tf, members, (x, m) => tf.mul(x, tf.tensor2d(random.uniform([m.digest, module], outFeatures * inFeatures), [outFeatures, inFeatures])))],
  })),
  rule('factored', ({ outFeatures, inFeatures }) => ({
    kind: 'factors', factors: { rank: 1, scale: 2, a: new Float32Array(inFeatures).fill(0.5), b: new Float32Array(outFeatures).fill(0.25) },
  })),
  rule('throwing', ({ index }) => { if (index === 1) throw new TypeError('boom'); return { kind: 'combination', coefficients: [1, 1] }; }),
  rule('wrong', () => ({ kind: 'combination', coefficients: [1] })),
  rule('trimmed', () => { throw new Error('no dense merge'); }, {
    trimmedMerge: ({ members }) => ({ members: members.map(({ position, weight }) => ({ position, weight, trim: { kind: 'RANK', rank: 6, exact: true } })), rule: { vote: 'NONE' } }),
  }),
  rule('misplaced', () => {}, { trimmedMerge: () => ({ members: [{ position: 2, weight: 1, trim: { kind: 'ALL' } }], rule: { vote: 'NONE' } }) }),
  rule('exiting', () => process.exit(3)),
  rule('spinning', (_, __, context) => { context.log('spinning'); for (;;); }),
  rule('framed', sum, { spaces: ['FRAME'] }),
  rule('lowRank', ({ members }) => ({ kind: 'factors', factors: { ...members[0].factors } })),
] });
`;
const ids = [
  'sum',
  'average',
  'denseSum',
  'halfway',
  'clipped',
  'drawing',
  'factored',
  'throwing',
  'wrong',
  'trimmed',
  'misplaced',
  'exiting',
  'spinning',
  'framed',
  'lowRank',
];
let root: string;
let strategies: ReadonlyMap<string, Strategy>;
let made = 0;
const fresh = (): string => join(root, `model-${(made += 1)}`);
const model = (given: SyntheticModel): Promise<string> => writeSyntheticModel(fresh(), given);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crucible-models-'));
  const require = createRequire(import.meta.url);
  const urlOf = (name: string): string => pathToFileURL(require.resolve(name)).href;
  await mkdir(join(root, 'plugins/rules'), { recursive: true });
  const crucible = { sdk: `^${SDK_VERSION}`, entry: './index.js', strategies: ids };
  await writeFile(
    join(root, 'plugins/rules/package.json'),
    JSON.stringify({ name: 'rules', type: 'module', crucible }),
  );
  await writeFile(join(root, 'plugins/rules/index.js'), SOURCE(urlOf('@crucible/sdk'), urlOf('zod')));
  const registry = await loadPlugins({ root, folder: join(root, 'plugins') });
  strategies = new Map([...registry.strategies].map(([id, { strategy }]) => [id, strategy]));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Given extends Partial<Omit<ModelFusionRequest, 'models' | 'base' | 'strategy'>> {
  readonly rule: string;
  readonly base: string;
  readonly models: readonly string[];
  readonly weights?: readonly number[];
}

async function fuse({ rule, models, weights, ...rest }: Given): Promise<ModelFusionOutcome> {
  return runModelFusion({
    strategy: strategies.get(rule)!,
    options: {},
    models: models.map((folder, i) => ({ folder, weight: weights?.[i] ?? 1 })),
    outputFolder: fresh(),
    tf: await openBackend('cpu'),
    ...rest,
  });
}

/** All float tensors of a folder in float64. */
async function valuesOf(folder: string): Promise<Map<string, Float64Array>> {
  const opened = await openTensorFolder(folder);
  const values = new Map<string, Float64Array>();
  for (const [name, { dtype }] of opened.tensors) {
    if (dtype !== 'BOOL') values.set(name, decodeFloats(await opened.read(name), dtype as FloatDtype));
  }
  await opened.close();
  return values;
}

const all = (names: readonly string[], dtype: FloatDtype = 'F32'): Promise<string[]> =>
  Promise.all(names.map((_, i) => model({ seed: i + 1, dtype })));

describe('a combination is θ0 + Σc·(θ - θ0) in float64, rounded to the dtype once', () => {
  it.each<[FloatDtype, ModelFusionRequest['dtype']]>([
    ['F32', 'KEEP'],
    ['BF16', 'KEEP'],
    ['F16', 'KEEP'],
    ['F64', 'KEEP'],
    ['BF16', 'F32'],
    ['F32', 'BF16'],
    ['F32', 'F16'],
  ])('%s, written as %s', async (dtype, wanted = 'KEEP') => {
    const base = await model({ seed: 0, dtype });
    const models = await all(['a', 'b'], dtype);
    const weights = [0.3, -0.8];
    const outcome = await fuse({ rule: 'sum', base, models, weights, dtype: wanted });
    const [origin, x, y, got] = await Promise.all([base, ...models, outcome.folder].map(valuesOf));
    const out = wanted === 'KEEP' ? dtype : wanted;
    for (const [name, values] of origin!) {
      const exact = values.map(
        (value, i) => (1 - (0.3 + -0.8)) * value + 0.3 * x!.get(name)![i]! + -0.8 * y!.get(name)![i]!,
      );
      expect(got!.get(name)).toEqual(decodeFloats(encodeFloats(exact, out), out));
    }
    expect(outcome.roundedTo).toEqual([out]);
    expect(outcome.tensors.find(({ name }) => name === 'model.mask')).toMatchObject({
      treatment: 'COPIED',
      dtype: 'BOOL',
    });
  });

  it('of [1, 0] is the first model, of equal models that model, of weights 0 the base, bit for bit', async () => {
    const base = await model({ seed: 0, dtype: 'BF16' });
    const [first, second] = await all(['a', 'b'], 'BF16');
    const pick = await fuse({ rule: 'sum', base, models: [first!, second!], weights: [1, 0] });
    const equal = await fuse({ rule: 'average', base, models: [first!, first!, first!] });
    const none = await fuse({ rule: 'sum', base, models: [first!, second!], weights: [0, 0] });
    expect(await valuesOf(pick.folder)).toEqual(await valuesOf(first!));
    expect(await valuesOf(equal.folder)).toEqual(await valuesOf(first!));
    expect(await valuesOf(none.folder)).toEqual(await valuesOf(base));
  });

  it('does not read the base where it has no part in it', async () => {
    const base = await model({ seed: 0, edit: (_, values) => values.fill(Number.NaN) });
    const models = await all(['a', 'b']);
    const outcome = await fuse({ rule: 'average', base, models, norms: false });
    const [x, y, got] = await Promise.all([...models, outcome.folder].map(valuesOf));
    for (const [name, values] of got!)
      expect(values).toEqual(
        new Float64Array(new Float32Array(values.map((_, i) => 0.5 * x!.get(name)![i]! + 0.5 * y!.get(name)![i]!))),
      );
  });

  it('reports the norms of the task vectors and of the result', async () => {
    const base = await model({ seed: 0 });
    const models = await all(['a', 'b']);
    const outcome = await fuse({ rule: 'sum', base, models, weights: [1, 2] });
    const [origin, x, got] = await Promise.all([base, models[0]!, outcome.folder].map(valuesOf));
    for (const { name, norms, coefficients } of outcome.tensors) {
      if (norms === undefined) continue;
      const distance = (values: Float64Array): number =>
        Math.hypot(...values.map((value, i) => value - origin!.get(name)![i]!));
      expect(norms.models[0]! / distance(x!.get(name)!)).toBeCloseTo(1, 5);
      expect(norms.output / distance(got!.get(name)!)).toBeCloseTo(1, 5);
      expect(coefficients).toEqual([1, 2]);
    }
    expect(outcome.tensors.filter(({ norms }) => norms).length).toBe(Object.keys(SHAPES).length);
  });
});

describe('a rule that merges matrices gets dense task vectors', () => {
  it.each<[string, (deltas: readonly number[], base: number, limit: number) => number]>([
    ['denseSum', ([x, y]) => 0.5 * x! + 2 * y!],
    ['halfway', ([x], base) => 0.5 * (base + x!)],
    ['factored', () => 0.25],
    ['clipped', (deltas, _, limit) => deltas.reduce((sum, x) => sum + Math.max(-limit, Math.min(limit, x)), 0)],
  ])('%s', async (rule, expected) => {
    const base = await model({ seed: 0 });
    const models = await all(['a', 'b']);
    const outcome = await fuse({ rule, base, models, weights: [0.5, 2] });
    const [origin, x, y, got] = await Promise.all([base, ...models, outcome.folder].map(valuesOf));
    const deltasOf = (name: string, i: number): number[] =>
      [x!, y!].map((values) => Math.fround(values.get(name)![i]! - origin!.get(name)![i]!));
    const limit =
      Math.max(
        ...[...origin!].flatMap(([name, values]) => [...values].flatMap((_, i) => deltasOf(name, i).map(Math.abs))),
      ) / 2;
    for (const [name, values] of origin!) {
      const wrong = values.findIndex(
        (value, i) => Math.abs(value + expected(deltasOf(name, i), value, limit) - got!.get(name)![i]!) > 1e-6,
      );
      expect([name, wrong]).toEqual([name, -1]);
    }
    expect(outcome.tensors.every(({ treatment }) => treatment === 'MERGED' || treatment === 'COPIED')).toBe(true);
  });

  it('an element-wise rule may work on blocks of rows, each a module of its own', async () => {
    const base = await model({ seed: 0 });
    const models = await all(['a', 'b']);
    const whole = await fuse({ rule: 'denseSum', base, models });
    const blocks = await fuse({ rule: 'denseSum', base, models, blockElements: 20 });
    expect(blocks.files).toEqual(whole.files);
    expect(blocks.tensors.find(({ name }) => name === 'model.embed_tokens.weight')?.blocks).toBe(6);
    await expect(fuse({ rule: 'halfway', base, models, blockElements: 20 })).rejects.toMatchObject({
      code: 'MODEL_FUSION_INCOMPATIBLE',
    });
  });
});

describe('bytes do not depend', () => {
  it.each([
    ['sum', [1, 2, 8]],
    ['clipped', [1, 2]],
    ['drawing', [1, 2]],
    ['trimmed', [1, 2, 8]],
  ])('on the number of workers: %s', async (rule, counts) => {
    const base = await model({ seed: 0, dtype: 'BF16' });
    const models = await all(['a', 'b'], 'BF16');
    const digests: string[] = [];
    for (const workers of counts) {
      const log: string[] = [];
      const outcome = await fuse({
        rule,
        base,
        models,
        workers,
        maxShardBytes: 300,
        onLog: (line) => void log.push(line),
      });
      digests.push(outcome.digest);
      expect([outcome.files.length > 2, log]).toEqual([true, []]);
    }
    expect(new Set(digests).size).toBe(1);
  });

  it('on how the inputs are sharded', async () => {
    const digests: string[] = [];
    for (const shards of [1, 3]) {
      const base = await model({ seed: 0, shards });
      const models = [await model({ seed: 1, shards }), await model({ seed: 2, shards: 4 - shards })];
      digests.push((await fuse({ rule: 'drawing', base, models })).digest);
    }
    expect(new Set(digests).size).toBe(1);
  });
});

describe('embeddings', () => {
  const tied = { ...SHAPES, 'lm_head.weight': [12, 8] };
  const copyHead: SyntheticModel['edit'] = (name, values) => {
    if (name === 'lm_head.weight' || name === 'model.embed_tokens.weight')
      values.forEach((_, i) => (values[i] = Math.fround(values.length + i * values[0]!)));
    if (name === 'lm_head.weight') values.fill(7);
    if (name === 'model.embed_tokens.weight') values.fill(7);
  };
  it('that are tied stay equal, whatever the rule draws for them', async () => {
    const given = { shapes: tied, config: {}, edit: copyHead };
    const base = await model({ seed: 0, ...given });
    const change: SyntheticModel['edit'] = (name, values) => {
      copyHead(name, values);
      if (/embed|head/.test(name)) values.forEach((value, i) => (values[i] = value + i));
    };
    const models = [await model({ seed: 1, ...given, edit: change }), await model({ seed: 2, ...given, edit: change })];
    const outcome = await fuse({ rule: 'drawing', base, models });
    const got = await valuesOf(outcome.folder);
    expect(got.get('lm_head.weight')).toEqual(got.get('model.embed_tokens.weight'));
    expect(got.get('lm_head.weight')).not.toEqual(new Float64Array(96).fill(7));
    expect(outcome.tensors.find(({ name }) => name === 'lm_head.weight')?.treatment).toBe('TIED');
  });

  it('of other vocabularies: the common rows are merged, the others are the base’s', async () => {
    const base = await model({ seed: 0 });
    const small = await model({ seed: 1, shapes: { ...SHAPES, 'model.embed_tokens.weight': [9, 8] } });
    await expect(fuse({ rule: 'sum', base, models: [small] })).rejects.toMatchObject({
      code: 'CHECKPOINT_VOCABULARY_MISMATCH',
    });
    const outcome = await fuse({ rule: 'sum', base, models: [small], vocabulary: 'COMMON_ROWS', dtype: 'BF16' });
    const [origin, other, got] = await Promise.all(
      [base, small, outcome.folder].map(async (folder) => (await valuesOf(folder)).get('model.embed_tokens.weight')!),
    );
    const rounded = (values: Float64Array): Float64Array => decodeFloats(encodeFloats(values, 'BF16'), 'BF16');
    expect(got!.subarray(0, 72)).toEqual(rounded(other!));
    expect(got!.subarray(72)).toEqual(rounded(origin!.slice(72)));
    expect(outcome.notes).toEqual([expect.stringContaining('the first 9 of 12 rows')]);
  });

  it('of other vocabularies: a bias has one row per token too', async () => {
    const base = await model({ seed: 0, shapes: { 'lm_head.bias': [12], 'norm.weight': [4] } });
    const small = await model({ seed: 1, shapes: { 'lm_head.bias': [9], 'norm.weight': [4] } });
    for (const rule of ['sum', 'denseSum']) {
      const outcome = await fuse({ rule, base, models: [small], vocabulary: 'COMMON_ROWS' });
      const [origin, other, got] = await Promise.all(
        [base, small, outcome.folder].map(async (folder) => (await valuesOf(folder)).get('lm_head.bias')!),
      );
      const distance = got!.map((value, i) => Math.abs(value - (i < 9 ? other![i]! : origin![i]!)));
      expect(Math.max(...distance)).toBeLessThan(1e-6);
    }
  });
});

describe('what cannot be fused', () => {
  it.each<[string, string, Partial<Given>, string, RegExp]>([
    ['a rule of another space', 'framed', {}, 'MODEL_FUSION_INCOMPATIBLE', /DELTA space/],
    ['a rule of factors', 'lowRank', {}, 'MODEL_FUSION_NO_FACTORS', /extract adapters/],
    [
      'a weight that is no number',
      'sum',
      { weights: [1, Number.NaN] },
      'MODEL_FUSION_INCOMPATIBLE',
      /weight of model 1 is NaN/,
    ],
    ['too many workers', 'sum', { workers: 65 }, 'MODEL_FUSION_LIMIT_EXCEEDED', /1 to 64/],
    ['a rule that throws', 'throwing', {}, 'STRATEGY_FAILED', /module "model\.layers\.0\.conv": boom/],
    [
      'a rule that throws in a thread',
      'throwing',
      { workers: 2 },
      'STRATEGY_FAILED',
      /module "model\.layers\.0\.conv": boom/,
    ],
    ['too few coefficients', 'wrong', {}, 'STRATEGY_INVALID_OUTPUT', /expected 2 finite coefficients/],
    ['a trim of no model', 'misplaced', {}, 'STRATEGY_INVALID_OUTPUT', /a position below 2/],
    ['a thread that ends', 'exiting', { workers: 2 }, 'MODEL_FUSION_WORKER_FAILED', /exited with code 3/],
  ])('%s leaves nothing behind', async (_, rule, more, code, message) => {
    const base = await model({ seed: 0 });
    const models = await all(['a', 'b']);
    const parent = await mkdtemp(join(root, 'out-'));
    await expect(fuse({ rule, base, models, outputFolder: join(parent, 'x'), ...more })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(await readdir(parent)).toEqual([]);
  });

  it.each(['sum', 'denseSum'])('a model with NaN, by its tensor: %s', async (rule) => {
    const base = await model({ seed: 0 });
    const edit: SyntheticModel['edit'] = (name, values) =>
      void (name === 'model.norm.weight' && values.fill(Number.NaN, 3, 4));
    const models = [await model({ seed: 1 }), await model({ seed: 2, edit })];
    await expect(fuse({ rule, base, models })).rejects.toMatchObject({
      code: 'MODEL_FUSION_NOT_FINITE',
      details: { tensor: 'model.norm.weight' },
    });
  });

  it('an abort ends the threads in the midst of a computation', async () => {
    const base = await model({ seed: 0 });
    const parent = await mkdtemp(join(root, 'out-'));
    const stop = new AbortController();
    const reason = new Error('enough');
    const running = fuse({
      rule: 'spinning',
      base,
      models: await all(['a']),
      workers: 2,
      signal: stop.signal,
      onLog: () => stop.abort(reason),
      outputFolder: join(parent, 'x'),
    });
    await expect(running).rejects.toBe(reason);
    expect(await readdir(parent)).toEqual([]);
  });
});

it('progress ends with all numbers done', async () => {
  const base = await model({ seed: 0 });
  const seen: string[] = [];
  await fuse({
    rule: 'clipped',
    base,
    models: await all(['a']),
    onProgress: ({ phase, done, total }) => void seen.push(`${phase} ${done}/${total}`),
  });
  expect([seen[0], seen.at(-1)]).toEqual(['SURVEY 1/7', 'FUSE 283/283']);
});

describe('a budget of memory', () => {
  it('lets works begin in order while they fit, and a larger one alone', async () => {
    const budget = new MemoryBudget(10);
    const events: string[] = [];
    const ends: (() => void)[] = [];
    const run = (name: string, bytes: number): Promise<void> =>
      budget.run(bytes, async () => {
        events.push(name);
        await new Promise<void>((resolve) => ends.push(resolve));
      });
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const works = [run('a', 6), run('b', 4), run('large', 50), run('c', 1)];
    await settle();
    expect(events).toEqual(['a', 'b']);
    ends.splice(0).forEach((end) => end());
    await settle();
    expect(events).toEqual(['a', 'b', 'large']);
    ends.splice(0).forEach((end) => end());
    await settle();
    expect(events).toEqual(['a', 'b', 'large', 'c']);
    ends.splice(0).forEach((end) => end());
    await Promise.all(works);
  });
});
