import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { cosine, createLowRank, norm, type LowRank } from '@crucible/engine/algebra';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUSION_SPACES, type FusionSpace } from '../../contract/fusion-space.js';
import type { ModuleStrategy, Strategy } from '../../contract/strategy.js';
import { defineModuleStrategy, defineSearchStrategy } from '../../definition/define-strategy.js';
import { SYNTHETIC_MODULES, syntheticAdapter } from '../../testing/synthetic-adapters.js';
import { openBackend } from '../fusion/open-backend.js';
import { runFusion } from '../run-fusion.js';
import { prepareFusion, type PreparedSet } from './prepare-fusion.js';

/** Reports of runs are measured in float32. */
const REPORT = 2e-6;

const description = {
  title: 'x',
  description: 'x',
  references: [{ title: 'x' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: ['CORE', 'FRAME', 'DELTA', 'FACTOR'] as const,
};

const scaled = defineModuleStrategy({
  ...description,
  id: 'scaled',
  options: z.object({ lambda: z.number().min(-10).max(10).default(1).describe('Factor.') }),
  schedulable: ['lambda'],
  fuseModule: ({ members }) => ({
    kind: 'combination',
    coefficients: members.map(({ weight, options }) => (options as { lambda: number }).lambda * weight),
  }),
});

/** Element-wise with a global figure: entries below the mean magnitude of all modules are dropped, then the largest of each place is taken. */
const trimmed = defineModuleStrategy<z.ZodObject<{ share: z.ZodDefault<z.ZodNumber> }>, number, number>({
  ...description,
  id: 'trimmed',
  options: z.object({ share: z.number().default(0.5).describe('Share of the mean.') }),
  survey: {
    rounds: 1,
    start: () => 0,
    observe: ({ members }) =>
      tf.tidy(() => tf.addN(members.map(({ vectors }) => tf.mean(tf.abs(vectors[0]!)))).dataSync()[0]!),
    combine: (seen) => seen.reduce((sum, value) => sum + value, 0) / seen.length,
  },
  fuseModule: ({ members, options }, state) => ({
    kind: 'vectors',
    vectors: [
      tf.tidy(() =>
        tf.addN(
          members.map(({ vectors: [x], weight }) =>
            tf.mul<tf.Tensor2D>(tf.mul(x!, tf.cast(tf.greater(tf.abs(x!), options.share * state), 'float32')), weight),
          ),
        ),
      ),
    ],
  }),
});

/** The sum of all updates as factors, each turned by what the factors' inner products are: looks at factors, and follows rotations. */
const weighed = defineModuleStrategy({
  ...description,
  id: 'weighed',
  spaces: ['CORE'],
  options: z.object({ lambda: z.number().default(1).describe('Factor.') }),
  followsRotations: () => true,
  fuseModule: ({ members, options, outFeatures, inFeatures }) => {
    const rank = members.reduce((sum, { factors }) => sum + factors.rank, 0);
    const [a, b] = [new Float32Array(rank * inFeatures), new Float32Array(outFeatures * rank)];
    let at = 0;
    for (const { factors, weight } of members) {
      const square = factors.a.reduce((sum, value) => sum + value * value, 0) / factors.rank;
      a.set(factors.a, at * inFeatures);
      for (let i = 0; i < outFeatures; i += 1) {
        for (let k = 0; k < factors.rank; k += 1) {
          b[i * rank + at + k] = (factors.scale * weight * factors.b[i * factors.rank + k]!) / (1 + square);
        }
      }
      at += factors.rank;
    }
    return { kind: 'factors', factors: { rank, scale: options.lambda, a, b } };
  },
});

describe('a preview', () => {
  let folder: string;
  const frame = [1, 2, 3].map((seed) => syntheticAdapter({ seed, frame: 'f' }));
  const mixed = [
    syntheticAdapter({ seed: 1, rank: 2 }),
    syntheticAdapter({ seed: 2, rank: 3, scale: 0.5 }),
    syntheticAdapter({ seed: 3, rank: 4, modules: SYNTHETIC_MODULES.slice(1) }),
  ];
  const sets = new Map<readonly AdapterFile[], PreparedSet>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prepared-'));
    await openBackend('cpu');
    for (const adapters of [frame, mixed]) sets.set(adapters, await prepareFusion(adapters, { tf }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const cases: readonly (readonly [
    string,
    {
      adapters: readonly AdapterFile[];
      strategy: ModuleStrategy;
      options?: unknown;
      weights: readonly number[];
      space: FusionSpace;
      outputRank?: number;
    },
  ])[] = [
    ['a sum in CORE', { adapters: mixed, strategy: scaled, weights: [1, -2, 0.5], space: 'CORE' }],
    ['a sum in DELTA', { adapters: mixed, strategy: scaled, weights: [1, 1, 1], space: 'DELTA' }],
    ['a sum at rank 3', { adapters: mixed, strategy: scaled, weights: [1, 0.7, 0.3], space: 'CORE', outputRank: 3 }],
    ['a sum at rank 1', { adapters: frame, strategy: scaled, weights: [1, 1, 1], space: 'DELTA', outputRank: 1 }],
    ['one left out', { adapters: mixed, strategy: scaled, weights: [1, 0, 2], space: 'CORE' }],
    [
      'one left out, at rank 2',
      { adapters: mixed, strategy: scaled, weights: [1, 0, 2], space: 'CORE', outputRank: 2 },
    ],
    ['one alone', { adapters: mixed, strategy: scaled, weights: [0, 1, 0], space: 'CORE' }],
    ['none', { adapters: mixed, strategy: scaled, weights: [0, 0, 0], space: 'CORE' }],
    ['a sum in FRAME', { adapters: frame, strategy: scaled, weights: [1, 2, 0.5], space: 'FRAME' }],
    ['one of a frame', { adapters: frame, strategy: scaled, weights: [0, 1, 0], space: 'FRAME' }],
    ['FRAME at rank 2', { adapters: frame, strategy: scaled, weights: [1, 2, 0.5], space: 'FRAME', outputRank: 2 }],
    [
      'an option',
      {
        adapters: mixed,
        strategy: scaled,
        options: { lambda: -0.3 },
        weights: [1, 1, 1],
        space: 'CORE',
        outputRank: 4,
      },
    ],
    [
      'weights and options that vary by layer',
      {
        adapters: mixed,
        strategy: scaled,
        options: {
          schedules: [
            { parameter: 'weight', adapter: 0, values: [0, 2] },
            { parameter: 'lambda', modules: 'layers.1.*', values: [0.5] },
          ],
        },
        weights: [1, 1, 1],
        space: 'CORE',
        outputRank: 3,
      },
    ],
    ['an element-wise rule', { adapters: mixed, strategy: trimmed, weights: [1, 1, 1], space: 'CORE' }],
    [
      'an element-wise rule at rank 3',
      { adapters: mixed, strategy: trimmed, options: { share: 1 }, weights: [1, 2, 1], space: 'CORE', outputRank: 3 },
    ],
    ['a rule of factors', { adapters: mixed, strategy: weighed, weights: [1, -2, 0.5], space: 'CORE' }],
    [
      'a rule of factors at rank 2',
      { adapters: mixed, strategy: weighed, options: { lambda: -3 }, weights: [1, 1, 2], space: 'CORE', outputRank: 2 },
    ],
    ['a rule of factors of a frame', { adapters: frame, strategy: weighed, weights: [1, 1, 1], space: 'CORE' }],
    ['an element-wise rule of a frame', { adapters: frame, strategy: trimmed, weights: [1, 2, 1], space: 'CORE' }],
  ];

  it.each(cases)('of %s says what the run then reports, and what its file holds', async (title, each) => {
    const { adapters, strategy, options = {}, weights, space, outputRank } = each;
    const set = sets.get(adapters)!;
    const asked = { strategy, options, weights, space, ...(outputRank !== undefined && { outputRank }) };
    const preview = await set.preview(asked);
    const outputPath = join(folder, `${title}.safetensors`);
    const common = { seed: 0, name: title, tf, signal: new AbortController().signal };
    const outcome = await runFusion({
      ...common,
      ...asked,
      members: adapters.map((adapter, i) => ({ adapter, weight: weights[i]! })),
      outputPath,
    });
    const { fidelity } = outcome;
    expect(preview).toMatchObject({ space, options: outcome.options, outputRank: fidelity.outputRank });
    expect(Math.abs(preview.relativeError - fidelity.relativeError)).toBeLessThan(REPORT);
    expect(Math.abs(preview.retainedEnergy - fidelity.retainedEnergy)).toBeLessThan(REPORT);

    const output = await openAdapter(outputPath);
    const written = await lowRanks(output);
    await output.close();
    const all = await Promise.all(adapters.map(lowRanks));
    expect(Math.abs(preview.norm - totalNorm(written))).toBeLessThan(REPORT * (1 + preview.norm));
    for (const module of preview.modules) {
      expect(Math.abs(module.norm - norm(written.get(module.module)!))).toBeLessThan(REPORT * (1 + module.norm));
    }
    for (const [i, adapter] of preview.perAdapter.entries()) {
      expect(adapter.digest).toBe(adapters[i]!.digest);
      expect(Math.abs(adapter.retainedEnergy - fidelity.perAdapter[i]!.retainedEnergy)).toBeLessThan(REPORT * 10);
      expect(Math.abs(adapter.cosine - totalCosine(written, all[i]!))).toBeLessThan(REPORT);
    }

    const path = join(folder, `${title} again.safetensors`);
    const made = await set.materialize({ ...common, ...asked, outputPath: path });
    expect(made.digest).toBe(outcome.digest);
    expect(await readFile(path)).toEqual(await readFile(outputPath));
  });

  const refusals: readonly (readonly [
    string,
    { strategy: Strategy; space: FusionSpace; weights?: number[] },
    string,
  ])[] = [
    ['a rule of matrices in DELTA', { strategy: trimmed, space: 'DELTA' }, 'PREVIEW_NOT_POSSIBLE'],
    ['FACTOR', { strategy: scaled, space: 'FACTOR' }, 'PREVIEW_NOT_POSSIBLE'],
    ['too few weights', { strategy: scaled, space: 'CORE', weights: [1] }, 'PREVIEW_WEIGHTS_MISMATCH'],
    ['a weight of NaN', { strategy: scaled, space: 'CORE', weights: [1, 1, Number.NaN] }, 'FUSION_INCOMPATIBLE'],
    [
      'a rule that looks at the factors',
      {
        strategy: defineModuleStrategy({
          ...description,
          id: 'factors',
          options: z.object({}),
          fuseModule: ({ members }) => ({ kind: 'factors', factors: members[0]!.factors }),
        }),
        space: 'CORE',
      },
      'PREVIEW_NOT_POSSIBLE',
    ],
    [
      'a rule that fails',
      {
        strategy: defineModuleStrategy({
          ...description,
          id: 'broken',
          options: z.object({}),
          fuseModule: () => {
            throw new Error('oh');
          },
        }),
        space: 'CORE',
      },
      'STRATEGY_FAILED',
    ],
    [
      'a search',
      {
        strategy: defineSearchStrategy({
          ...description,
          id: 'search',
          spaces: FUSION_SPACES,
          options: z.object({}),
          shots: () => 1,
          search: async () => ({ coefficients: [1, 1, 1], trace: [] }),
        }),
        space: 'CORE',
      },
      'PREVIEW_NOT_POSSIBLE',
    ],
  ];
  it.each(refusals)('of %s is refused', async (_, { strategy, space, weights = [1, 1, 1] }, code) => {
    const refused = sets.get(frame)!.preview({ strategy, options: {}, weights, space });
    await expect(refused).rejects.toMatchObject({ code });
  });

  it('in FRAME space of adapters that only claim a frame is refused as the run refuses it', async () => {
    const liar = syntheticAdapter({ seed: 9, manifest: frame[0]!.manifest });
    const set = await prepareFusion([frame[0]!, liar], { tf });
    const preview = set.preview({ strategy: scaled, options: {}, weights: [1, 1], space: 'FRAME' });
    await expect(preview).rejects.toMatchObject({ code: 'FUSION_FRAMES_DIFFER' });
  });

  it('leaves no tensor behind, and stops when it is told to', async () => {
    const before = tf.memory().numTensors;
    const set = sets.get(mixed)!;
    await set.preview({ strategy: trimmed, options: {}, weights: [1, 1, 1], space: 'CORE' });
    expect(tf.memory().numTensors).toBe(before);
    const signal = AbortSignal.abort(new Error('enough'));
    const stopped = set.preview({ strategy: scaled, options: {}, weights: [1, 1, 1], space: 'CORE', signal });
    await expect(stopped).rejects.toThrow('enough');
    await expect(prepareFusion(mixed, { tf, signal })).rejects.toThrow('enough');
  });

  it('holds as many bytes as it says, and none that it may not', async () => {
    const set = await prepareFusion(mixed, { tf });
    expect(set.byteLength).toBeGreaterThan(0);
    await expect(prepareFusion(mixed, { tf, bytes: set.byteLength - 1 })).rejects.toMatchObject({
      code: 'PREVIEW_TOO_LARGE',
    });
    const wide = syntheticAdapter({ seed: 1, rank: 513 });
    await expect(prepareFusion([wide], { tf })).rejects.toMatchObject({ code: 'PREVIEW_TOO_LARGE' });
    set.dispose();
    const late = set.preview({ strategy: scaled, options: {}, weights: [1, 1, 1] });
    await expect(late).rejects.toMatchObject({ code: 'PREVIEW_DISPOSED' });
  });
});

async function lowRanks(adapter: AdapterFile): Promise<Map<string, LowRank>> {
  const entries = [...adapter.modules.values()].map(
    async (info) => [info.name, createLowRank(await adapter.readFactors(info.name), info)] as const,
  );
  return new Map(await Promise.all(entries));
}

const totalNorm = (modules: ReadonlyMap<string, LowRank>): number =>
  Math.hypot(...[...modules.values()].map((module) => norm(module)));

/** Of all modules as one long vector; a module that one of the two lacks is zero there. */
function totalCosine(x: ReadonlyMap<string, LowRank>, y: ReadonlyMap<string, LowRank>): number {
  const products = [...x].map(([name, own]) => {
    const other = y.get(name);
    return other ? cosine(own, other) * norm(own) * norm(other) : 0;
  });
  const scale = totalNorm(x) * totalNorm(y);
  return scale === 0 ? 0 : products.reduce((sum, value) => sum + value, 0) / scale;
}
