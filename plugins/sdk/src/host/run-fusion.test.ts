import { readFile, readdir } from 'node:fs/promises';
import { openAdapter } from '@crucible/engine/adapters';
import { concatenate, toDense } from '@crucible/engine/algebra';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUSION_SPACES } from '../contract/fusion-space.js';
import { defineModuleStrategy, defineSearchStrategy } from '../definition/define-strategy.js';
import { SYNTHETIC_MODULES, syntheticAdapter } from '../testing/synthetic-adapters.js';
import { composeAdapters } from './compose-adapters.js';
import {
  description,
  errorOf,
  folder,
  framed,
  fuse,
  lowRanks,
  mixed,
  weighted,
  weightedVectors,
  weights,
} from './run-cases.testing.js';

describe('runFusion, linear rules', () => {
  it.each(['FRAME', 'DELTA', 'CORE', 'FACTOR'] as const)(
    'in %s space gives the exact sum for adapters of one frame, whether as coefficients or as matrices',
    async (space) => {
      for (const strategy of [weighted, weightedVectors]) {
        const frame = { digest: 'f', readA: async (module: string) => (await framed[0]!.readFactors(module)).a };
        const outcome = await fuse(strategy, framed, weights, { space, frame });
        expect(await errorOf(outcome, framed, weights)).toBeLessThan(5e-7);
        expect(outcome.fidelity).toMatchObject({ space, exact: true, relativeError: 0, retainedEnergy: 1 });
      }
    },
  );

  it.each(['DELTA', 'CORE'] as const)('in %s space takes mixed ranks and scales', async (space) => {
    for (const strategy of [weighted, weightedVectors]) {
      const outcome = await fuse(strategy, mixed, weights, { space });
      expect(await errorOf(outcome, mixed, weights)).toBeLessThan(5e-7);
      expect(outcome).toMatchObject({ rank: 7, fidelity: { exact: true, outputRank: 7 } });
    }
  });

  it.each(FUSION_SPACES)(
    '[1, 0] gives the first adapter its own factors back, bit for bit, in %s space',
    async (space) => {
      const outcome = await fuse(weighted, framed, [1, 0, 0], { space });
      const output = await openAdapter(outcome.path);
      for (const module of output.modules.keys()) {
        expect(await output.readFactors(module)).toEqual(await framed[0]!.readFactors(module));
      }
      expect(output.manifest).toMatchObject({ rank: 4, scale: 2 });
      await output.close();
      expect(outcome.fidelity.perAdapter[0]!.retainedEnergy).toBeCloseTo(1, 6);
      expect(outcome.fidelity.perAdapter[1]!.retainedEnergy).toBeLessThan(0.9);
    },
  );

  it('keeps the method and the frame in FRAME space, and leaves both elsewhere', async () => {
    const inFrame = await openAdapter((await fuse(weighted, framed, weights, { space: 'FRAME' })).path);
    expect(inFrame.manifest).toMatchObject({ method: 'L_LORA', frameDigest: framed[0]!.manifest.frameDigest, rank: 4 });
    const delta = await openAdapter((await fuse(weighted, framed, weights, { space: 'DELTA' })).path);
    expect(delta.manifest.method).toBe('LORA');
    expect(delta.manifest.frameDigest).toBeUndefined();
    await Promise.all([inFrame.close(), delta.close()]);
  });

  it('counts a module that an adapter lacks as zero', async () => {
    const partial = [mixed[0]!, syntheticAdapter({ seed: 5, modules: SYNTHETIC_MODULES.slice(1) })];
    const outcome = await fuse(weighted, partial, weights, { space: 'DELTA' });
    expect(outcome.modules).toBe(3);
    expect(await errorOf(outcome, partial, weights)).toBeLessThan(5e-7);
  });

  it('writes zeros of rank 1 where nothing contributes', async () => {
    const outcome = await fuse(weighted, mixed, [0, 0], { space: 'DELTA' });
    expect(outcome.rank).toBe(1);
    const output = await openAdapter(outcome.path);
    expect([...(await lowRanks(output)).values()].every((delta) => toDense(delta).data.every((x) => x === 0))).toBe(
      true,
    );
    await output.close();
  });

  it('recompresses to the best of a rank, and says what is kept', async () => {
    const outcome = await fuse(weighted, mixed, [1, 1], { space: 'DELTA', outputRank: 3 });
    const { relativeError: error, retainedEnergy, exact, perAdapter } = outcome.fidelity;
    expect(outcome.rank).toBe(3);
    expect(exact).toBe(false);
    expect(retainedEnergy).toBeCloseTo(1 - error ** 2, 10);
    expect(perAdapter.every(({ retainedEnergy: kept }) => kept > 0.05 && kept < 1)).toBe(true);
    const core = await fuse(weightedVectors, mixed, [1, 1], { space: 'CORE', outputRank: 3 });
    expect(core.fidelity.relativeError).toBeCloseTo(error, 6);
    const dense = await fuse(weightedVectors, mixed, [1, 1], { space: 'DELTA', outputRank: 3 });
    expect(dense.fidelity.relativeError).toBeCloseTo(error, 6);
  });

  it('reports the cross terms of FACTOR space, measured against the exact sum', async () => {
    const apart = [11, 12].map((seed) => syntheticAdapter({ seed }));
    const outcome = await fuse(weighted, apart, [0.5, 0.5], { space: 'FACTOR' });
    const file = await openAdapter(outcome.path);
    const output = await lowRanks(file);
    await file.close();
    const inputs = await Promise.all(apart.map(lowRanks));
    let error = 0;
    let size = 0;
    for (const [module, delta] of output) {
      const exact = toDense(
        concatenate(
          inputs.map((input) => input.get(module)!),
          [0.5, 0.5],
        ),
      ).data;
      toDense(delta).data.forEach((value, i) => {
        error += (value - exact[i]!) ** 2;
        size += exact[i]! ** 2;
      });
    }
    expect(outcome.fidelity.crossTermNorm).toBeCloseTo(Math.sqrt(error / size), 6);
    expect(outcome.fidelity.relativeError).toBe(outcome.fidelity.crossTermNorm);
    expect(outcome.fidelity.exact).toBe(false);
  });

  it('measures A from the frame in FACTOR space: A0 + Σc(A - A0)', async () => {
    const apart = [11, 12].map((seed) => syntheticAdapter({ seed }));
    const origin = syntheticAdapter({ seed: 99 });
    const frame = { digest: 'f', readA: async (module: string) => (await origin.readFactors(module)).a };
    const outcome = await fuse(weighted, apart, [0.5, 0.25], { space: 'FACTOR', frame });
    const output = await openAdapter(outcome.path);
    for (const module of output.modules.keys()) {
      const [x, y, a0] = await Promise.all([...apart, origin].map((adapter) => adapter.readFactors(module)));
      const { a, b } = await output.readFactors(module);
      a.forEach((value, i) => expect(value).toBeCloseTo(0.25 * a0!.a[i]! + 0.5 * x!.a[i]! + 0.25 * y!.a[i]!, 6));
      b.forEach((value, i) => expect(value).toBeCloseTo(0.5 * x!.b[i]! + 0.25 * y!.b[i]!, 6));
    }
    await output.close();
  });
});

describe('runFusion, as a run', () => {
  it('gives the same bytes twice, and leaves nothing else in the folder', async () => {
    const [one, two] = [await fuse(weightedVectors, mixed, weights), await fuse(weightedVectors, mixed, weights)];
    expect(one.digest).toBe(two.digest);
    expect(await readFile(one.path)).toEqual(await readFile(two.path));
    expect((await readdir(folder)).filter((name) => !/^\d+\.safetensors$/.test(name))).toEqual([]);
  });

  it('passes every module to each round of a survey, and its state to the rule', async () => {
    const seen: string[] = [];
    const surveyed = defineModuleStrategy({
      ...description,
      id: 'surveyed',
      options: z.object({}),
      survey: {
        rounds: () => 2,
        start: () => ({ total: 0 }),
        observe: ({ index }, _, round) => index + 10 * round,
        combine: (observations, { total }) => ({ total: total + observations.reduce((a, b) => a + b, 0) }),
      },
      fuseModule: ({ module, members }, { total }) => {
        seen.push(`${module} ${total}`);
        return { kind: 'combination', coefficients: members.map(() => 1) };
      },
    });
    const phases: string[] = [];
    await fuse(surveyed, mixed, weights, {
      onProgress: ({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`),
    });
    expect(seen).toEqual(SYNTHETIC_MODULES.map(({ name }) => `${name} 36`));
    expect(phases.slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6].map((done) => `SURVEY ${done}/6`));
    expect(phases.at(-1)).toBe('WRITE 3/3');
  });

  it('writes what a search found, and scores what it writes', async () => {
    const searching = defineSearchStrategy({
      ...description,
      id: 'searching',
      options: z.object({}),
      shots: () => 1,
      evaluations: () => 2,
      search: async (_, objective) => {
        await objective.evaluate([0, 0]);
        const { loss } = await objective.evaluate([0.5, 0.25]);
        return {
          coefficients: [0.5, 0.25],
          trace: [{ index: 0, coefficients: [0.5, 0.25], loss, penalty: 0, objective: loss, best: loss }],
        };
      },
    });
    let scored: ReadonlyMap<string, { a: Float32Array; b: Float32Array }> | undefined;
    const members = mixed.map((adapter) => ({ adapter, weight: 1 }));
    const objective = {
      adapterCount: 2,
      examples: 10,
      evaluate: async (coefficients: readonly number[]) => {
        scored = await composeAdapters({ members, coefficients, space: 'DELTA' });
        return { loss: 1.5, accuracy: 0.5, examples: 10 };
      },
    };
    const phases: string[] = [];
    const outcome = await fuse(searching, mixed, [1, 1], {
      space: 'DELTA',
      objective,
      onProgress: ({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`),
    });
    expect(phases.slice(0, 2)).toEqual(['SEARCH 1/2', 'SEARCH 2/2']);
    expect(outcome).toMatchObject({ coefficients: [0.5, 0.25], trace: [{ loss: 1.5 }] });
    const output = await openAdapter(outcome.path);
    for (const [module, { a, b }] of scored!) expect(await output.readFactors(module)).toEqual({ a, b });
    await output.close();
    await expect(fuse(searching, mixed, [1, 1])).rejects.toMatchObject({ code: 'FUSION_NO_OBJECTIVE' });
  });

  it('finds the shapes of the file also where modules turn out unlike the first', async () => {
    const uneven = defineModuleStrategy({
      ...description,
      id: 'uneven',
      options: z.object({}),
      fuseModule: ({ index, members }) => ({
        kind: 'combination',
        coefficients: members.map((_, i) => (i <= index ? 1 : 0)),
      }),
    });
    const outcome = await fuse(uneven, mixed, [1, 1], { space: 'DELTA' });
    const output = await openAdapter(outcome.path);
    expect([...output.modules.values()].map(({ rank, scale }) => [rank, scale])).toEqual([
      [4, 2],
      [7, 1],
      [7, 1],
    ]);
    await output.close();
    const { perAdapter } = outcome.fidelity;
    expect(perAdapter[0]!.retainedEnergy).toBe(1);
    expect(perAdapter[1]!.retainedEnergy).toBeGreaterThan(0.5);
    expect(perAdapter[1]!.retainedEnergy).toBeLessThan(1);
  });
});
