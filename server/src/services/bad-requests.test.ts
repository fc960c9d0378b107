import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FusionRun, SplitName, type Sweep } from '../entities/index.js';
import { TestSystem } from '../testing/test-system.js';
import { fingerprintOf, type FingerprintParts } from './fingerprint.js';
import type { FuseInput } from './inputs.js';
import { gridPoints } from './sweep.js';

describe('bad input', () => {
  let system: TestSystem;
  let ids: readonly string[];
  beforeAll(async () => {
    system = await TestSystem.start();
    ids = (await system.adapters('LORA')).map(({ id }) => id);
  });
  afterAll(() => system.dispose());

  const nobody = '01890000-0000-7000-8000-000000000000';
  const fuse = async (input: Partial<FuseInput>): Promise<unknown> =>
    system.platform.services.fuse(system.em, {
      adapters: ids.map((adapter) => ({ adapter })),
      strategy: { id: 'ties', options: {} },
      ...input,
    });

  it.each<[string, Partial<FuseInput>, string, string]>([
    ['an adapter that is not there', { adapters: [{ adapter: nobody }] }, 'NOT_FOUND', 'adapter'],
    ['an id that is none', { adapters: [{ adapter: "' or 1=1" }] }, 'NOT_FOUND', 'adapter'],
    ['no adapters', { adapters: [] }, 'ADAPTERS_INCOMPATIBLE', 'at least'],
    [
      'a strategy that is not there',
      { strategy: { id: 'magic', options: {} } },
      'STRATEGY_UNAVAILABLE',
      'taskArithmetic',
    ],
    [
      'a schedule of modules that no adapter has',
      {
        strategy: { id: 'ties', options: { schedules: [{ parameter: 'weight', modules: '*.nothing', values: [1] }] } },
      },
      'OPTIONS_INVALID',
      '*.nothing',
    ],
    [
      'a schedule for an adapter too many',
      { strategy: { id: 'ties', options: { schedules: [{ parameter: 'weight', adapter: 9, values: [1] }] } } },
      'OPTIONS_INVALID',
      '9',
    ],
    [
      'a schedule, in what is wrapped, of modules that no adapter has',
      {
        strategy: {
          id: 'knots',
          options: { rule: { ties: { schedules: [{ parameter: 'density', modules: 'none.*', values: [0.5] }] } } },
        },
      },
      'OPTIONS_INVALID',
      'none.*',
    ],
    ['density 3', { strategy: { id: 'ties', options: { density: 3 } } }, 'OPTIONS_INVALID', 'density'],
    [
      'densities of another number of adapters',
      { strategy: { id: 'ties', options: { densities: [0.1, 0.2, 0.3, 0.4, 0.5] } } },
      'OPTIONS_INVALID',
      'got 5 densities for',
    ],
    [
      'whole weights of adapters',
      { strategy: { id: 'arceeFusion', options: {} } },
      'ADAPTERS_INCOMPATIBLE',
      'merges whole weights',
    ],
    [
      'an option that is not there',
      { strategy: { id: 'ties', options: { desnity: 1 } } },
      'OPTIONS_INVALID',
      'desnity',
    ],
    ['a task that is not there', { evaluateOn: [nobody] }, 'NOT_FOUND', 'task'],
    ['an endless name', { name: 'x'.repeat(201) }, 'QUOTA_EXCEEDED', '200'],
    ['too many tasks', { evaluateOn: Array.from({ length: 65 }, () => nobody) }, 'QUOTA_EXCEEDED', '64'],
    ['a seed that is no whole number', { seed: 0.5 }, 'OPTIONS_INVALID', 'seed'],
    ['output rank 0', { outputRank: 0 }, 'OPTIONS_INVALID', 'rank'],
  ])('%s is answered with a reason, and reaches no queue', async (_, input, code, message) => {
    const before = await system.em.count(FusionRun);
    expect(await fuse(input)).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(await system.em.count(FusionRun)).toBe(before);
  });

  it('a sweep of too many points, of none, or of a bad value is answered with a reason', async () => {
    const sweep = (axes: { option: string; values: unknown[] }[]): Promise<unknown> =>
      system.platform.services.sweep(system.em, {
        adapters: ids.map((adapter) => ({ adapter })),
        strategy: { id: 'taskArithmetic', options: {} },
        axes,
      });
    const values = Array.from({ length: 257 }, (_, index) => index / 257);
    expect(await sweep([{ option: 'lambda', values }])).toMatchObject({ code: 'QUOTA_EXCEEDED', limit: 256 });
    expect(await sweep([])).toMatchObject({ code: 'OPTIONS_INVALID' });
    expect(await sweep([{ option: 'lambda', values: [] }])).toMatchObject({ code: 'OPTIONS_INVALID' });
    expect(await sweep([{ option: 'lambda', values: [0.5, 'much'] }])).toMatchObject({
      code: 'OPTIONS_INVALID',
      path: ['axes', '0', 'values', '1'],
    });
  });

  it('a sweep over what a wrapper wraps is checked rule by rule, and each point has a fingerprint of its own', async () => {
    const sweep = (values: unknown[]): Promise<unknown> =>
      system.platform.services.sweep(system.em, {
        adapters: ids.map((adapter) => ({ adapter })),
        strategy: { id: 'knots', options: {} },
        axes: [{ option: 'rule', values }],
      });
    expect(await sweep([{ ties: {} }, { tsvM: {} }])).toMatchObject({
      code: 'OPTIONS_INVALID',
      path: ['axes', '0', 'values', '1'],
    });
    const queued = await sweep([{ ties: {} }, { ties: { density: 0.5 } }, { magMax: {} }]);
    const runs = await system.em.find(FusionRun, { sweep: (queued as Sweep).id }, { orderBy: { point: 'asc' } });
    expect(runs.map(({ options }) => Object.keys(options['rule'] as object))).toEqual([['ties'], ['ties'], ['magMax']]);
    expect(new Set(runs.map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('an evaluation of nothing, or a training in no frame, is answered with a reason', async () => {
    const { services } = system.platform;
    expect(await services.evaluate(system.em, { tasks: [], split: SplitName.TEST })).toMatchObject({
      code: 'OPTIONS_INVALID',
    });
    const [adapter] = await system.adapters('LORA');
    const training = { base: adapter!.base.id, task: adapter!.task!.id };
    expect(await services.trainAdapter(system.em, { ...training, method: 'MAGIC' })).toMatchObject({
      code: 'STRATEGY_UNAVAILABLE',
    });
    expect(
      await services.trainAdapter(system.em, { ...training, method: 'L_LORA', options: { rank: 7 } }),
    ).toMatchObject({
      code: 'OPTIONS_INVALID',
      path: ['options', 'rank'],
    });
  });
});

describe('a fingerprint', () => {
  const parts: FingerprintParts = {
    strategy: 'ties@1.0.0',
    options: { density: 0.2, lambda: 1 },
    members: [['aa', 1]],
    space: 'DELTA',
    outputRank: null,
    seed: 0,
    backend: 'wasm',
  };

  it('does not depend on the order in which options are written', () => {
    expect(fingerprintOf({ ...parts, options: { lambda: 1, density: 0.2 } })).toBe(fingerprintOf(parts));
  });

  it.each<Partial<FingerprintParts>>([
    { strategy: 'ties@1.0.1' },
    { options: { density: 0.2, lambda: 2 } },
    { members: [['aa', 2]] },
    { members: [['ab', 1]] },
    { space: 'CORE' },
    { outputRank: 4 },
    { seed: 1 },
    { backend: 'cpu' },
  ])('changes with %j', (change) => {
    expect(fingerprintOf({ ...parts, ...change })).not.toBe(fingerprintOf(parts));
  });
});

it('a grid is the product of its axes over the shared options, the last axis fastest', () => {
  const axes = [
    { option: 'a', values: [1, 2] },
    { option: 'b', values: [3, 4] },
  ];
  expect(gridPoints({ c: 0 }, axes)).toEqual([
    { c: 0, a: 1, b: 3 },
    { c: 0, a: 1, b: 4 },
    { c: 0, a: 2, b: 3 },
    { c: 0, a: 2, b: 4 },
  ]);
});
