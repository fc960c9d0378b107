import { readdir } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { AdapterFile } from '@crucible/engine/adapters';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FusionSpace } from '../contract/fusion-space.js';
import type { Strategy } from '../contract/strategy.js';
import { defineModuleStrategy } from '../definition/define-strategy.js';
import { memoryAdapter, SYNTHETIC_MODULES, syntheticAdapter } from '../testing/synthetic-adapters.js';
import { count, description, folder, framed, fuse, mixed, weighted, weights } from './run-cases.testing.js';

describe('runFusion, refusing', () => {
  const rule = (fuseModule: Parameters<typeof defineModuleStrategy>[0]['fuseModule'], needs = {}): Strategy =>
    defineModuleStrategy({
      ...description,
      needs: { ...description.needs, ...needs },
      id: 'rule',
      options: z.object({}),
      fuseModule,
    });
  const poisoned = async (): Promise<AdapterFile> => {
    const clean = syntheticAdapter({ seed: 3 });
    const factors = new Map<string, { a: Float32Array; b: Float32Array }>();
    for (const module of clean.modules.keys()) factors.set(module, await clean.readFactors(module));
    factors.get('layers.1.v_proj')!.b[5] = Number.NaN;
    return memoryAdapter({ ...clean.manifest, name: 'poisoned' }, SYNTHETIC_MODULES, factors);
  };
  const throwing = rule(() => {
    throw new Error('boom');
  });

  it.each<[string, () => Promise<unknown>, string, string]>([
    [
      'NaN',
      async () => fuse(weighted, [mixed[0]!, await poisoned()], weights),
      'FUSION_INPUT_NOT_FINITE',
      '"poisoned", module "layers.1.v_proj": element 5 of factor B',
    ],
    [
      'another shape',
      () =>
        fuse(
          weighted,
          [mixed[0]!, syntheticAdapter({ seed: 2, modules: [{ ...SYNTHETIC_MODULES[0]!, inFeatures: 21 }] })],
          weights,
        ),
      'FUSION_SHAPE_MISMATCH',
      '[12, 21], expected [12, 20]',
    ],
    [
      'a frame that A has left',
      () =>
        fuse(
          weighted,
          [
            framed[0]!,
            syntheticAdapter({ seed: 4, frame: 'two', manifest: { frameDigest: framed[0]!.manifest.frameDigest! } }),
          ],
          weights,
          { space: 'FRAME' },
        ),
      'FUSION_FRAMES_DIFFER',
      'its A differs',
    ],
    [
      'unequal ranks in FACTOR space',
      () => fuse(weighted, mixed, weights, { space: 'FACTOR' }),
      'FUSION_INCOMPATIBLE',
      'choose CORE or DELTA space',
    ],
    [
      'adapters of two bases',
      () =>
        fuse(weighted, [mixed[0]!, syntheticAdapter({ seed: 2, manifest: { baseDigest: 'f'.repeat(64) } })], weights),
      'FUSION_INCOMPATIBLE',
      'fuse adapters of one base model',
    ],
    ['no adapters', () => fuse(weighted, [], []), 'FUSION_INCOMPATIBLE', 'at least 1 adapter, got 0'],
    [
      'an unknown option',
      () => fuse(weighted, mixed, weights, { options: { lamda: 1 } }),
      'STRATEGY_INVALID_OPTIONS',
      'lamda',
    ],
    [
      'too many processes',
      () => fuse(weighted, mixed, weights, { processes: 65 }),
      'FUSION_LIMIT_EXCEEDED',
      'at most 64',
    ],
    [
      'a rule that throws',
      () => fuse(throwing, mixed, weights),
      'STRATEGY_FAILED',
      'strategy "rule" failed in fuseModule of module "layers.0.k_proj": boom',
    ],
    [
      'too few coefficients',
      () =>
        fuse(
          rule(() => ({ kind: 'combination', coefficients: [1] })),
          mixed,
          weights,
        ),
      'STRATEGY_INVALID_OUTPUT',
      'expected 2 coefficients',
    ],
    [
      'a coefficient that is no number',
      () =>
        fuse(
          rule(() => ({ kind: 'combination', coefficients: [1, Number.NaN] })),
          mixed,
          weights,
        ),
      'STRATEGY_INVALID_OUTPUT',
      'coefficient 1 is NaN',
    ],
    [
      'a wrong shape',
      () =>
        fuse(
          rule(() => ({ kind: 'vectors', vectors: [tf.zeros<tf.Rank.R2>([2, 2])] })),
          mixed,
          weights,
          { space: 'DELTA' },
        ),
      'STRATEGY_INVALID_OUTPUT',
      'shape [2, 2], expected [12, 20]',
    ],
    [
      'too many vectors',
      () =>
        fuse(
          rule(() => ({ kind: 'vectors', vectors: [] })),
          mixed,
          weights,
          { space: 'DELTA' },
        ),
      'STRATEGY_INVALID_OUTPUT',
      'expected 1 vectors',
    ],
    [
      'NaN from a rule',
      () =>
        fuse(
          rule(({ members }) => ({ kind: 'vectors', vectors: [tf.mul(members[0]!.vectors[0]!, Number.NaN)] })),
          mixed,
          weights,
          { space: 'DELTA' },
        ),
      'STRATEGY_INVALID_OUTPUT',
      'NaN',
    ],
  ])('%s', async (_, run, code, message) => {
    const before = tf.memory().numTensors;
    const error = await run().catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(message);
    expect(tf.memory().numTensors).toBe(before);
    expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('warns of tensors that a rule leaves behind, and disposes them', async () => {
    const leaking = rule(({ members }) => {
      tf.zeros([3, 3]);
      return { kind: 'vectors', vectors: [tf.add(members[0]!.vectors[0]!, tf.scalar(1))] };
    });
    const before = tf.memory().numTensors;
    const log: string[] = [];
    await fuse(leaking, mixed, weights, { space: 'DELTA', onLog: (line) => log.push(line) });
    expect(log).toEqual([expect.stringContaining('strategy "rule" left 2 tensors undisposed')]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops between modules when aborted, with the reason, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by a person');
    let modules = 0;
    const aborting = rule(({ members }) => {
      modules += 1;
      if (modules === 1) controller.abort(reason);
      return { kind: 'combination', coefficients: members.map(() => 1) };
    });
    await expect(fuse(aborting, mixed, weights, { signal: controller.signal })).rejects.toBe(reason);
    expect(modules).toBeLessThan(3);
    expect(await readdir(folder)).not.toContain(`${count}.safetensors`);
  });

  it('names the space a run takes place in by what the adapters can do', async () => {
    const spaces: FusionSpace[] = [];
    for (const adapters of [framed, mixed]) spaces.push((await fuse(weighted, adapters, weights)).space);
    expect(spaces).toEqual(['FRAME', 'CORE']);
  });
});
