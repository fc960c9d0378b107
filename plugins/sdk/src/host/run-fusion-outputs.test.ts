import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUSION_SPACES } from '../contract/fusion-space.js';
import type { ModuleInput, ModuleOutput, Strategy } from '../contract/strategy.js';
import { defineModuleStrategy } from '../definition/define-strategy.js';
import { distance, fuseAdapters, readDeltas } from '../testing/fuse-adapters.js';
import { SYNTHETIC_MODULES, syntheticAdapter } from '../testing/synthetic-adapters.js';
import { openBackend } from './fusion/open-backend.js';
import { outputPathOf } from './fusion/output-path.js';
import { runFusion } from './run-fusion.js';

type Matrices = readonly tf.Tensor2D[];

const rule = (fuseModule: (input: ModuleInput<unknown>) => ModuleOutput, change: Partial<Strategy> = {}): Strategy =>
  ({
    ...defineModuleStrategy({
      id: 'each',
      title: 'x',
      description: 'x',
      references: [{ title: 'x' }],
      needs: { minAdapters: 1, order: 'INVARIANT' },
      spaces: FUSION_SPACES,
      outputs: 'PER_ADAPTER',
      options: z.object({}),
      fuseModule,
    }),
    ...change,
  }) as Strategy;

/** Each adapter times its weight. */
const weighted = ({ members }: ModuleInput<unknown>): ModuleOutput => ({
  kind: 'outputs',
  outputs: members.map(({ vectors, weight }) => vectors.map((vector): tf.Tensor2D => tf.mul(vector, weight))),
});
const each = rule(weighted);

const framed = [1, 2].map((seed) => syntheticAdapter({ seed, frame: 'one' }));
/** Of unequal ranks and modules: the second lacks the first module. */
const mixed = [
  syntheticAdapter({ seed: 1, rank: 4, scale: 2 }),
  syntheticAdapter({ seed: 2, rank: 3, scale: 0.5, modules: SYNTHETIC_MODULES.slice(1) }),
  syntheticAdapter({ seed: 3, rank: 2 }),
];

let folder: string;
beforeAll(async () => {
  await openBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'run-fusion-outputs-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a rule with an output for each adapter', () => {
  it.each(FUSION_SPACES)('writes one file per adapter, with the modules that it has, in %s space', async (space) => {
    const adapters = space === 'DELTA' || space === 'CORE' ? mixed : framed;
    const { outputs, outcome } = await fuseAdapters({ strategy: each, adapters, space });
    expect(outcome.outputs!.map(({ position }) => position)).toEqual(adapters.map((_, i) => i));
    for (const [i, adapter] of adapters.entries()) {
      expect([...outputs[i]!.deltas.keys()]).toEqual([...adapter.modules.keys()]);
      expect(distance(outputs[i]!.deltas, await readDeltas(adapter))).toBeLessThan(2e-6);
      expect(outputs[i]!.manifest).toMatchObject({ name: `fused for ${adapter.manifest.name}` });
    }
    const [first] = outcome.outputs!;
    expect(outcome).toMatchObject({ path: first!.path, digest: first!.digest, rank: first!.rank });
  });

  it('reports for each output what it is, and what it keeps of every adapter', async () => {
    const { outcome } = await fuseAdapters({ strategy: each, adapters: mixed, space: 'CORE', outputRank: 2 });
    expect(outcome.outputs!.map(({ rank }) => rank)).toEqual([2, 2, 2]);
    // The third is of rank 2 by itself; the others lose.
    expect(outcome.outputs!.map(({ fidelity }) => fidelity.relativeError > 1e-3)).toEqual([true, true, false]);
    const kept = outcome.outputs!.map(({ fidelity }) => fidelity.perAdapter.map((one) => one.retainedEnergy));
    for (const [i, energies] of kept.entries()) expect(Math.max(...energies)).toBe(energies[i]);
    // Without the first module nothing of it can be kept, however well the others fit.
    expect(kept[1]![0]).toBeLessThan(kept[2]![0]! + 1);
    expect(kept[1]![0]).toBeLessThan(0.9);
  });

  it('counts a module that an output lacks as lost', async () => {
    const whole = syntheticAdapter({ seed: 1 });
    const part = syntheticAdapter({ seed: 1, modules: SYNTHETIC_MODULES.slice(1) });
    const { outcome } = await fuseAdapters({ strategy: each, adapters: [whole, part], space: 'DELTA' });
    const energy = async (adapter: typeof whole): Promise<number> =>
      [...(await readDeltas(adapter)).values()].reduce((sum, { data }) => data.reduce((s, x) => s + x * x, sum), 0);
    const share = (await energy(part)) / (await energy(whole));
    const [ofWhole, ofPart] = outcome.outputs![1]!.fidelity.perAdapter;
    expect(ofWhole!.retainedEnergy).toBeCloseTo(share, 5);
    expect(ofPart!.retainedEnergy).toBeCloseTo(1, 5);
  });

  it('finds the shapes of all files where modules turn out unlike the first', async () => {
    const uneven = rule(({ index, members }) => ({
      kind: 'outputs',
      outputs: members.map(({ vectors }): Matrices => vectors.map((vector) => tf.mul(vector, index === 1 ? 0 : 1))),
    }));
    const { outputs } = await fuseAdapters({ strategy: uneven, adapters: mixed, space: 'CORE' });
    const [first, middle, last] = SYNTHETIC_MODULES.map(({ name }) => outputs[0]!.deltas.get(name)!);
    expect(middle!.data.every((x) => x === 0)).toBe(true);
    const own = await readDeltas(mixed[0]!);
    expect(distance(new Map([['x', first!]]), new Map([['x', own.get(SYNTHETIC_MODULES[0]!.name)!]]))).toBeLessThan(
      1e-6,
    );
    expect(last!.data.some((x) => x !== 0)).toBe(true);
  });

  it.each<[string, Strategy, string]>([
    ['too few outputs', rule(() => ({ kind: 'outputs', outputs: [] })), 'expected 3 outputs, one per member, got 0'],
    [
      'one for all',
      rule(() => ({ kind: 'combination', coefficients: [1, 1, 1] })),
      'expected outputs, one per member, got kind combination',
    ],
    [
      'an output of another shape',
      rule(({ members }) => ({ kind: 'outputs', outputs: members.map(() => [tf.zeros<tf.Rank.R2>([1, 1])]) })),
      'shape [1, 1], expected [12, 20]',
    ],
    [
      'outputs of a rule that announced one',
      rule(() => ({ kind: 'outputs', outputs: [] }), { outputs: 'ONE' }),
      'expected a combination, vectors or factors, got kind outputs',
    ],
  ])('is refused for %s', async (_, strategy, message) => {
    const adapters = [1, 2, 3].map((seed) => syntheticAdapter({ seed }));
    const before = tf.memory().numTensors;
    const error = await fuseAdapters({ strategy, adapters, space: 'DELTA' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'STRATEGY_INVALID_OUTPUT' });
    expect((error as Error).message).toContain(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves no file at all where one module fails after others were written', async () => {
    const failing = rule((input) => {
      if (input.index === 2) throw new Error('boom');
      return weighted(input);
    });
    // The second adapter is complete after the first module; the third module, which it lacks, fails.
    const short = syntheticAdapter({ seed: 2, modules: SYNTHETIC_MODULES.slice(0, 1) });
    const members = [mixed[0]!, short].map((adapter) => ({ adapter, weight: 1 }));
    const { signal } = new AbortController();
    const request = { strategy: failing, options: {}, members, seed: 1, name: 'x', tf, signal };
    await expect(runFusion({ ...request, outputPath: join(folder, 'x.safetensors') })).rejects.toMatchObject({
      code: 'STRATEGY_FAILED',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('outputPathOf', () => {
  it.each([
    ['/a/b.safetensors', 0, '/a/b.safetensors'],
    ['/a/b.safetensors', 2, '/a/b.2.safetensors'],
    ['/a.b/c', 1, '/a.b/c.1'],
  ])('%s, %i: %s', (path, position, expected) => {
    expect(outputPathOf(path, position)).toBe(expected);
  });
});
