import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUSION_SPACES, type FusionSpace } from '../../contract/fusion-space.js';
import type { ModuleStrategy } from '../../contract/strategy.js';
import { defineModuleStrategy, defineSearchStrategy } from '../../definition/define-strategy.js';
import { SYNTHETIC_MODULES, syntheticAdapter } from '../../testing/synthetic-adapters.js';
import { openBackend } from '../fusion/open-backend.js';
import { runFusion } from '../run-fusion.js';
import type { PlanRequest } from './fusion-plan.js';
import { planFusion } from './plan-fusion.js';
import { planLimits } from './plan-limits.js';

const description = {
  title: 'x',
  description: 'x',
  references: [{ title: 'x' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: FUSION_SPACES,
};
const noOptions = z.object({});

const weighted = defineModuleStrategy({
  ...description,
  id: 'weighted',
  options: noOptions,
  fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(({ weight }) => weight) }),
});
const matrices = defineModuleStrategy({
  ...description,
  id: 'matrices',
  options: noOptions,
  survey: { rounds: 2, start: () => 0, observe: ({ members }) => members[0]!.vectors.length, combine: () => 0 },
  fuseModule: ({ members }) => ({
    kind: 'vectors',
    vectors: tf.tidy(() =>
      members[0]!.vectors.map((_, i) => tf.addN(members.map(({ vectors }) => tf.abs<tf.Tensor2D>(vectors[i]!)))),
    ),
  }),
});
const ownFactors = defineModuleStrategy({
  ...description,
  id: 'ownFactors',
  spaces: ['DELTA'],
  options: noOptions,
  fuseModule: ({ members }) => {
    const [first] = members.map(({ factors }) => factors);
    return { kind: 'factors', factors: first! };
  },
});
const each = defineModuleStrategy({
  ...description,
  id: 'each',
  outputs: 'PER_ADAPTER',
  options: noOptions,
  fuseModule: ({ members }) => ({
    kind: 'outputs',
    outputs: members.map(({ vectors }) => vectors.map((vector) => tf.mul<tf.Tensor2D>(vector, 2))),
  }),
});

const frame = [1, 2, 3].map((seed) => syntheticAdapter({ seed, frame: 'f' }));
const mixed = [
  syntheticAdapter({ seed: 1, rank: 2 }),
  syntheticAdapter({ seed: 2, rank: 3, scale: 0.5 }),
  syntheticAdapter({ seed: 3, rank: 4, modules: SYNTHETIC_MODULES.slice(1) }),
];

/** Counts what a run reads of its adapters. */
function counted(adapters: readonly AdapterFile[]): { readonly adapters: readonly AdapterFile[]; bytes(): number } {
  let bytes = 0;
  return {
    bytes: () => bytes,
    adapters: adapters.map((adapter) => ({
      ...adapter,
      readFactors: async (module) => {
        const factors = await adapter.readFactors(module);
        bytes += factors.a.byteLength + factors.b.byteLength;
        return factors;
      },
    })),
  };
}

describe('a plan', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plan-'));
    await openBackend('cpu');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const request = (
    change: Partial<PlanRequest> & { readonly adapters: readonly AdapterFile[]; weights?: readonly number[] },
  ) => {
    const { adapters, weights = adapters.map(() => 1), ...rest } = change;
    return {
      strategy: weighted,
      options: {},
      members: adapters.map((adapter, i) => ({ adapter, weight: weights[i]! })),
      seed: 3,
      name: 'planned',
      tf,
      ...rest,
    } satisfies PlanRequest;
  };

  interface Case {
    readonly adapters: readonly AdapterFile[];
    readonly strategy?: ModuleStrategy;
    readonly space: FusionSpace;
    readonly weights?: readonly number[];
    readonly outputRank?: number;
  }
  const cases: readonly (readonly [string, Case])[] = [
    ['a sum in FRAME', { adapters: frame, space: 'FRAME' }],
    ['a sum in FRAME at rank 2', { adapters: frame, space: 'FRAME', outputRank: 2 }],
    ['a sum in FACTOR', { adapters: frame, space: 'FACTOR' }],
    ['a sum in CORE', { adapters: mixed, space: 'CORE' }],
    ['a sum in DELTA', { adapters: mixed, space: 'DELTA', weights: [1, 0, 0.5] }],
    ['one alone', { adapters: mixed, space: 'CORE', weights: [0, 1, 0] }],
    ['a sum at rank 3', { adapters: mixed, space: 'CORE', outputRank: 3 }],
    ['matrices in FRAME', { adapters: frame, strategy: matrices, space: 'FRAME' }],
    ['matrices in CORE', { adapters: mixed, strategy: matrices, space: 'CORE' }],
    ['matrices in CORE at rank 2', { adapters: mixed, strategy: matrices, space: 'CORE', outputRank: 2 }],
    ['a sum in CORE of adapters that share A, cut', { adapters: frame, space: 'CORE', outputRank: 6 }],
    [
      'matrices in CORE of adapters that share A, cut',
      { adapters: frame, strategy: matrices, space: 'CORE', outputRank: 6 },
    ],
    ['matrices in DELTA', { adapters: mixed, strategy: matrices, space: 'DELTA' }],
    ['matrices in FACTOR', { adapters: frame, strategy: matrices, space: 'FACTOR' }],
    ['an output each in FRAME', { adapters: frame, strategy: each, space: 'FRAME' }],
  ];
  it.each(cases)('of %s has the tensors, bytes and ranks of the run', async (title, each) => {
    const { adapters, bytes } = counted(each.adapters);
    const asked = request({ ...each, adapters });
    const { issues, run, space } = await planFusion(asked);
    expect(issues).toEqual([]);
    expect(bytes()).toBe(0);
    const outputPath = join(folder, `${title}.safetensors`);
    const outcome = await runFusion({ ...asked, outputPath, signal: new AbortController().signal });
    const files = outcome.outputs ?? [outcome];
    expect(space).toBe(outcome.space);
    expect(run).toMatchObject({
      outputRank: outcome.rank,
      outputs: files.length,
      bytesWritten: files.reduce((sum, { byteLength }) => sum + byteLength, 0),
      tensorsRead: adapters.reduce((sum, { modules }) => sum + 2 * modules.size, 0),
    });
    let tensors = 0;
    const ranks: number[][] = [];
    for (const { path } of files) {
      const written = await openAdapter(path);
      tensors += 2 * written.modules.size;
      ranks.push([...written.modules.values()].map(({ rank }) => rank));
      await written.close();
    }
    expect(run!.tensorsWritten).toBe(tensors);
    // The adapters that get an output each are all of one frame: every file has every module.
    for (const own of ranks) expect(run!.modules.map(({ outputRank }) => outputRank)).toEqual(own);
    // The rest of what was read belongs to the report.
    const onOpening = adapters.reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(bytes()).toBeGreaterThanOrEqual(run!.bytesRead - onOpening);
    expect(run!.bytesRead).toBe(onOpening + run!.passes * onOpening);
    expect(run!.seconds).toBeGreaterThan(0);
    expect(run!.peakMemoryBytes).toBeGreaterThan(0);
  });

  it('says how the strategy will answer, by asking it for modules without numbers', async () => {
    const resultOf = async (strategy: ModuleStrategy, space: FusionSpace): Promise<unknown> => {
      const { run } = await planFusion(request({ adapters: frame, strategy, space }));
      return [run!.result, run!.passes, run!.certain];
    };
    expect(await resultOf(weighted, 'CORE')).toEqual(['COMBINATION', 1, true]);
    expect(await resultOf(matrices, 'FRAME')).toEqual(['MATRICES', 3, true]);
    expect(await resultOf(matrices, 'CORE')).toEqual(['MATRICES', 3, false]);
    expect(await resultOf(ownFactors, 'DELTA')).toEqual(['FACTORS', 1, false]);
    const search = defineSearchStrategy({
      ...description,
      id: 'search',
      options: noOptions,
      shots: () => 1,
      search: async () => ({ coefficients: [], trace: [] }),
    });
    const { run } = await planFusion({ ...request({ adapters: frame }), strategy: search, validation: true });
    expect(run).toMatchObject({ result: 'SEARCH', certain: false });
  });

  it('grows with the work: more passes, wider modules and higher ranks cost more', async () => {
    const rates = { products64: 1e9, products32: 1e10, entries: 1e8, bytes: 1e9 };
    const seconds = async (change: Parameters<typeof request>[0]): Promise<number> =>
      (await planFusion(request({ ...change, rates, baselineBytes: 0 }))).run!.seconds;
    const memory = async (change: Parameters<typeof request>[0]): Promise<number> =>
      (await planFusion(request({ ...change, rates, baselineBytes: 0 }))).run!.peakMemoryBytes;
    const wide = [1, 2].map((seed) =>
      syntheticAdapter({
        seed,
        modules: SYNTHETIC_MODULES.map((m) => ({
          ...m,
          outFeatures: 64 * m.outFeatures,
          inFeatures: 64 * m.inFeatures,
        })),
      }),
    );
    const narrow = [1, 2].map((seed) => syntheticAdapter({ seed }));
    const core = { strategy: matrices, space: 'CORE' as const };
    expect(await seconds({ ...core, adapters: wide })).toBeGreaterThan(await seconds({ ...core, adapters: narrow }));
    expect(await seconds({ ...core, adapters: narrow })).toBeGreaterThan(
      await seconds({ adapters: narrow, space: 'CORE' }),
    );
    expect(await memory({ adapters: wide, strategy: matrices, space: 'DELTA' })).toBeGreaterThan(
      await memory({ ...core, adapters: wide }),
    );
  });

  it('names the space and why', async () => {
    const reason = async (change: Parameters<typeof request>[0]): Promise<string> => {
      const { space, spaceReason } = await planFusion(request(change));
      return `${space}: ${spaceReason}`;
    };
    expect(await reason({ adapters: frame })).toMatch(/^FRAME: FRAME is the first/);
    expect(await reason({ adapters: frame, space: 'DELTA' })).toBe('DELTA: DELTA was asked for.');
    expect(await reason({ adapters: mixed })).toBe(
      'CORE: FRAME comes first for "weighted", but "synthetic-1" has no tangent frame; CORE is the next.',
    );
  });

  it('lists everything that stands in the way, not the first alone', async () => {
    const other = syntheticAdapter({
      seed: 7,
      modules: SYNTHETIC_MODULES.map((module) => ({ ...module, inFeatures: 8 })),
      manifest: { baseDigest: 'f'.repeat(64) },
    });
    const { issues, run } = await planFusion(
      request({ adapters: [mixed[0]!, other], weights: [1, Number.NaN], options: { none: 1 }, outputRank: 0 }),
    );
    expect(run).toBeUndefined();
    expect(issues.map(({ code }) => code)).toEqual([
      'WEIGHT_INVALID',
      'BASES_DIFFER',
      'OPTIONS_INVALID',
      'OUTPUT_RANK_INVALID',
      ...SYNTHETIC_MODULES.map(() => 'SHAPES_DIFFER'),
    ]);
    for (const { message } of issues) expect(message).toMatch(/\.$/);
  });

  it('names every adapter of another base', async () => {
    const strangers = ['a', 'b'].map((digit, seed) =>
      syntheticAdapter({ seed, manifest: { baseDigest: digit.repeat(64) } }),
    );
    const { issues } = await planFusion(request({ adapters: [frame[0]!, strangers[0]!, frame[1]!, strangers[1]!] }));
    const bases = issues.filter(({ code }) => code === 'BASES_DIFFER');
    expect(bases.map(({ path }) => path)).toEqual([
      ['adapters', 1],
      ['adapters', 3],
    ]);
  });

  it.each([
    ['FACTOR', 'RANKS_DIFFER'],
    ['FRAME', 'FRAME_NOT_SHARED'],
  ] as const)('finds in %s space what differs within a module', async (space, code) => {
    const claimed = { ...mixed[1]!, manifest: { ...frame[0]!.manifest, name: 'claimed' } };
    const { issues } = await planFusion(request({ adapters: [frame[0]!, claimed], space }));
    expect(issues.filter((issue) => issue.code === code)).toHaveLength(SYNTHETIC_MODULES.length);
  });

  it('tells so many issues of modules and no more, and refuses nothing by throwing', async () => {
    const modules = Array.from({ length: planLimits.issues + 5 }, (_, i) => ({
      name: `layers.${i}.q`,
      outFeatures: 4,
      inFeatures: 4,
    }));
    const left = syntheticAdapter({ seed: 1, rank: 1, modules });
    const right = syntheticAdapter({
      seed: 2,
      rank: 1,
      modules: modules.map((module) => ({ ...module, outFeatures: 5 })),
    });
    const { issues } = await planFusion(request({ adapters: [left, right] }));
    expect(issues).toHaveLength(planLimits.issues + 1);
    expect(issues.at(-1)).toMatchObject({ code: 'MORE_ISSUES', message: expect.stringContaining('5 more') as string });
    expect((await planFusion(request({ adapters: [] }))).issues.map(({ code }) => code)).toEqual(['TOO_FEW_ADAPTERS']);
  });
});
