import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { concatenate, createLowRank, relativeError, type LowRank } from '@crucible/engine/algebra';
import { afterAll, beforeAll } from 'vitest';
import { z } from 'zod';
import { FUSION_SPACES } from '../contract/fusion-space.js';
import type { Strategy } from '../contract/strategy.js';
import { defineModuleStrategy } from '../definition/define-strategy.js';
import { syntheticAdapter } from '../testing/synthetic-adapters.js';
import { openBackend } from './fusion/open-backend.js';
import type { FusionOutcome, FusionRequest } from './fusion-run.js';
import { runFusion } from './run-fusion.js';

export const description = {
  title: 'x',
  description: 'x',
  references: [{ title: 'x' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: FUSION_SPACES,
};

/** Σ weight·vector as coefficients. */
export const weighted = defineModuleStrategy({
  ...description,
  id: 'weighted',
  options: z.object({}),
  fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(({ weight }) => weight) }),
});

/** The same sum as matrices: what the factors must agree with. */
export const weightedVectors = defineModuleStrategy({
  ...description,
  id: 'weightedVectors',
  options: z.object({}),
  fuseModule: ({ members }) => ({
    kind: 'vectors',
    vectors: tf.tidy(() =>
      members[0]!.vectors.map((_, i) =>
        tf.addN(members.map(({ vectors, weight }) => tf.mul<tf.Tensor2D>(vectors[i]!, weight))),
      ),
    ),
  }),
});

export const lowRanks = async (adapter: AdapterFile): Promise<Map<string, LowRank>> => {
  const entries = [...adapter.modules.values()].map(
    async (info) => [info.name, createLowRank(await adapter.readFactors(info.name), info)] as const,
  );
  return new Map(await Promise.all(entries));
};

export let folder: string;
/** Runs so far: the name of the last one's file. */
export let count = 0;
beforeAll(async () => {
  await openBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'run-fusion-'));
});
afterAll(() => rm(folder, { recursive: true }));

export const fuse = async (
  strategy: Strategy,
  adapters: readonly AdapterFile[],
  weights: readonly number[],
  change: Partial<FusionRequest> = {},
): Promise<FusionOutcome> => {
  count += 1;
  return runFusion({
    strategy,
    options: {},
    members: adapters.map((adapter, i) => ({ adapter, weight: weights[i]! })),
    seed: 7,
    name: 'fused',
    outputPath: join(folder, `${count}.safetensors`),
    tf,
    signal: new AbortController().signal,
    ...change,
  });
};

/** The greatest relative error over modules of what was written against the exact sum in float64. */
export const errorOf = async (
  outcome: FusionOutcome,
  adapters: readonly AdapterFile[],
  weights: readonly number[],
): Promise<number> => {
  const output = await openAdapter(outcome.path);
  const inputs = await Promise.all(adapters.map(lowRanks));
  const errors = [...(await lowRanks(output))].map(([module, delta]) => {
    const present = inputs
      .map((input, i) => ({ item: input.get(module), weight: weights[i]! }))
      .filter(({ item }) => item);
    const exact = concatenate(
      present.map(({ item }) => item!),
      present.map(({ weight }) => weight),
    );
    return relativeError(delta, exact);
  });
  await output.close();
  return Math.max(...errors);
};

export const framed = [1, 2, 3].map((seed) => syntheticAdapter({ seed, frame: 'one' }));
export const mixed = [
  syntheticAdapter({ seed: 1, rank: 4, scale: 2 }),
  syntheticAdapter({ seed: 2, rank: 3, scale: 0.5 }),
];
export const weights = [0.7, -0.4, 1.2];
