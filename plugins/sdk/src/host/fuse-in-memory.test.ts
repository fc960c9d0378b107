import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FusionSpace } from '../contract/fusion-space.js';
import type { Strategy } from '../contract/strategy.js';
import { defineModuleStrategy, defineSearchStrategy } from '../definition/define-strategy.js';
import { syntheticAdapter } from '../testing/synthetic-adapters.js';
import { fuseInMemory, keepFactors } from './fuse-in-memory.js';
import type { FusionRequest } from './fusion-run.js';
import { openBackend } from './fusion/open-backend.js';
import { runFusion } from './run-fusion.js';

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
  options: z.object({ lambda: z.number().default(0.3).describe('Factor.') }),
  schedulable: ['lambda'],
  fuseModule: ({ members, options: { lambda } }) => ({
    kind: 'combination',
    coefficients: members.map(({ weight }) => lambda * weight),
  }),
});
/** Looks at all modules first, answers with matrices. */
const surveyed = defineModuleStrategy<z.ZodObject, number, number>({
  ...description,
  id: 'surveyed',
  options: z.object({}),
  survey: {
    rounds: 1,
    start: (_, adapters) => adapters,
    observe: ({ members }) => tf.tidy(() => tf.max(members[0]!.vectors[0]!).dataSync()[0]!),
    combine: (seen, state) => seen.reduce((sum, value) => sum + value, state),
  },
  fuseModule: ({ members }, state) => ({
    kind: 'vectors',
    vectors: members[0]!.vectors.map((_, place) =>
      tf.tidy(() => tf.mul<tf.Tensor2D>(tf.addN(members.map(({ vectors }) => vectors[place]!)), 1 / (1 + state ** 2))),
    ),
  }),
});
/** One output per adapter, drawn under the seed. */
const apart = defineModuleStrategy({
  ...description,
  id: 'apart',
  outputs: 'PER_ADAPTER',
  options: z.object({}),
  fuseModule: ({ module, members }, _, { random }) => ({
    kind: 'outputs',
    outputs: members.map(({ vectors, digest }) =>
      vectors.map((vector) => tf.tidy(() => tf.mul<tf.Tensor2D>(vector, random.uniform([module, digest], 1)[0]!))),
    ),
  }),
});
const searching = defineSearchStrategy({
  ...description,
  id: 'searching',
  needs: { ...description.needs, validation: true },
  options: z.object({}),
  shots: () => 1,
  search: async ({ weights }, objective) => {
    const { loss } = await objective.evaluate(weights);
    return { coefficients: weights.map((weight) => weight * loss), trace: [] };
  },
});

describe('a fusion in memory', () => {
  let folder: string;
  const adapters = [1, 2, 3].map((seed): AdapterFile => keepFactors(syntheticAdapter({ seed, frame: 'f' })));
  beforeAll(async () => {
    await openBackend('cpu');
    folder = await mkdtemp(join(tmpdir(), 'crucible-memory-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each<[string, Strategy, FusionSpace, object]>([
    ['a combination', scaled, 'FRAME', {}],
    ['a combination', scaled, 'DELTA', {}],
    ['a combination', scaled, 'FACTOR', {}],
    ['a schedule', scaled, 'DELTA', { schedules: [{ parameter: 'lambda', values: [0.5, 0.1] }] }],
    ['matrices', surveyed, 'DELTA', {}],
    ['matrices', surveyed, 'CORE', {}],
    ['an output per adapter', apart, 'DELTA', {}],
    ['a search', searching, 'FRAME', {}],
  ])('gives the factors that a run writes, to the bit: %s of %o', async (_, strategy, space, options) => {
    const request: FusionRequest = {
      strategy,
      options,
      members: adapters.map((adapter, index) => ({ adapter, weight: 1 + index })),
      space,
      seed: 3,
      name: 'x',
      outputPath: join(folder, 'out.safetensors'),
      tf,
      signal: new AbortController().signal,
      objective: { adapterCount: 3, examples: 1, evaluate: async () => ({ loss: 0.25, accuracy: 1, examples: 1 }) },
    };
    const written = await runFusion(request);
    const fused = await fuseInMemory(request);
    expect(fused).toMatchObject({ space, options: written.options });
    const paths = written.outputs?.map(({ path }) => path) ?? [written.path];
    expect(fused.outputs).toHaveLength(paths.length);
    for (const [index, path] of paths.entries()) {
      const file = await openAdapter(path);
      expect([...fused.outputs[index]!.keys()].sort()).toEqual([...file.modules.keys()]);
      for (const [module, { rank, scale }] of file.modules) {
        expect(fused.outputs[index]!.get(module)).toEqual({ ...(await file.readFactors(module)), rank, scale });
      }
      await file.close();
    }
  });

  it('refuses what a run refuses', async () => {
    const members = adapters.map((adapter) => ({ adapter, weight: 1 }));
    const { signal } = new AbortController();
    const request = { strategy: scaled, options: { lambda: 'x' }, members, seed: 0, tf, signal };
    await expect(fuseInMemory(request)).rejects.toMatchObject({ code: 'STRATEGY_INVALID_OPTIONS' });
    await expect(fuseInMemory({ ...request, options: {}, outputRank: 0 })).rejects.toMatchObject({
      code: 'FUSION_INCOMPATIBLE',
    });
    await expect(
      fuseInMemory({ ...request, options: {}, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});
