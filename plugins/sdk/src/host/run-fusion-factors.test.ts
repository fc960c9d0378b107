import type { AdapterFile } from '@crucible/engine/adapters';
import { concatenate, createLowRank, toDense, type Matrix } from '@crucible/engine/algebra';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUSION_SPACES } from '../contract/fusion-space.js';
import type { ModuleFactors, ModuleInput, Strategy } from '../contract/strategy.js';
import { defineModuleStrategy } from '../definition/define-strategy.js';
import { regaugeAdapter } from '../testing/regauge-adapter.js';
import { distance, fuseAdapters, readDeltas, type FusedForTest } from '../testing/fuse-adapters.js';
import { SYNTHETIC_MODULES, syntheticAdapter, syntheticStatistics } from '../testing/synthetic-adapters.js';

const describing = {
  title: 'x',
  description: 'x',
  references: [{ title: 'x' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: FUSION_SPACES,
  options: z.object({}),
};

/** Σ weight·ΔW by concatenation, in the strategy's own hands. */
function concatenated({ members, outFeatures, inFeatures }: ModuleInput<unknown>): ModuleFactors {
  const used = members.filter(({ weight }) => weight !== 0);
  const rank = used.reduce((sum, { factors }) => sum + factors.rank, 0);
  const a = new Float32Array(rank * inFeatures);
  const b = new Float32Array(outFeatures * rank);
  let row = 0;
  for (const { factors, weight } of used) {
    a.set(factors.a, row * inFeatures);
    for (let out = 0; out < outFeatures; out += 1) {
      for (let k = 0; k < factors.rank; k += 1) {
        b[out * rank + row + k] = weight * factors.scale * factors.b[out * factors.rank + k]!;
      }
    }
    row += factors.rank;
  }
  return { rank, scale: 1, a, b };
}

const rule = (fuseModule: (input: ModuleInput<unknown>) => ModuleFactors, needs = {}): Strategy =>
  defineModuleStrategy({
    ...describing,
    needs: { ...describing.needs, ...needs },
    id: 'rule',
    fuseModule: (input) => ({ kind: 'factors', factors: fuseModule(input) }),
  });
const sum = rule(concatenated);

const framed = [1, 2].map((seed) => syntheticAdapter({ seed, frame: 'one' }));
const mixed = [syntheticAdapter({ seed: 1, rank: 4, scale: 2 }), syntheticAdapter({ seed: 2, rank: 3, scale: 0.5 })];
const weights = [0.7, -1.2];

async function exactSum(adapters: readonly AdapterFile[]): Promise<ReadonlyMap<string, Matrix>> {
  const sums = new Map<string, Matrix>();
  for (const { name } of SYNTHETIC_MODULES) {
    const parts = await Promise.all(
      adapters.map(async (adapter) => createLowRank(await adapter.readFactors(name), adapter.modules.get(name)!)),
    );
    sums.set(name, toDense(concatenate(parts, weights)));
  }
  return sums;
}

describe('a rule that answers with factors', () => {
  it.each(FUSION_SPACES)('is taken at its word in %s space, and lost nothing', async (space) => {
    const adapters = space === 'DELTA' || space === 'CORE' ? mixed : framed;
    const { deltas, outcome } = await fuseAdapters({ strategy: sum, adapters, weights, space });
    expect(distance(deltas, await exactSum(adapters))).toBeLessThan(2e-7);
    expect(outcome.fidelity).toMatchObject({ exact: true, relativeError: 0, retainedEnergy: 1 });
    for (const { retainedEnergy } of outcome.fidelity.perAdapter) expect(retainedEnergy).toBeCloseTo(1, 5);
  });

  it('keeps the law of identity: [1, 0] gives the first', async () => {
    const { deltas, outcome } = await fuseAdapters({ strategy: sum, adapters: mixed, weights: [1, 0], space: 'CORE' });
    expect(distance(deltas, await readDeltas(mixed[0]!))).toBeLessThan(1e-7);
    expect(outcome.rank).toBe(4);
  });

  it('does not depend on the gauge of the adapters', async () => {
    const turned = await Promise.all(mixed.map(regaugeAdapter));
    expect(distance(await readDeltas(turned[0]!), await readDeltas(mixed[0]!))).toBeLessThan(1e-6);
    const fused: FusedForTest[] = [];
    for (const adapters of [mixed, turned]) {
      fused.push(await fuseAdapters({ strategy: sum, adapters, weights, space: 'CORE', outputRank: 3 }));
    }
    expect(distance(fused[1]!.deltas, fused[0]!.deltas)).toBeLessThan(1e-5);
    expect(fused[1]!.outcome.fidelity.relativeError).toBeCloseTo(fused[0]!.outcome.fidelity.relativeError, 6);
  });

  it('is compressed to the output rank as any other result, and says what that lost', async () => {
    const { outcome, deltas } = await fuseAdapters({
      strategy: sum,
      adapters: mixed,
      weights,
      space: 'DELTA',
      outputRank: 3,
    });
    const { relativeError } = outcome.fidelity;
    expect(outcome).toMatchObject({ rank: 3, fidelity: { exact: false, outputRank: 3 } });
    expect(distance(deltas, await exactSum(mixed))).toBeCloseTo(relativeError, 6);
    expect(outcome.fidelity.retainedEnergy).toBeCloseTo(1 - relativeError ** 2, 10);
  });

  it('leaves the tangent frame unless A stays as it is', async () => {
    const moved = await fuseAdapters({ strategy: sum, adapters: framed, weights: [1, 0.5], space: 'FRAME' });
    expect(moved.manifest.frameDigest).toBeUndefined();
    expect(moved.manifest.method).toBe('LORA');
    // As many rows as the frame has, but others.
    const scaled = rule(({ members: [first] }) => ({ ...first!.factors, a: first!.factors.a.map((x) => 2 * x) }));
    const same = await fuseAdapters({ strategy: scaled, adapters: framed, space: 'FRAME' });
    expect(same.manifest.frameDigest).toBeUndefined();
    const kept = rule(({ members: [first] }) => first!.factors);
    const { manifest } = await fuseAdapters({ strategy: kept, adapters: framed, space: 'FRAME' });
    expect(manifest).toMatchObject({ method: 'L_LORA', frameDigest: framed[0]!.manifest.frameDigest });
  });

  it('may have a rank of its own in every module, and none at all where nothing is left', async () => {
    const uneven = rule(({ index, inFeatures, outFeatures }) => ({
      rank: index,
      scale: 1,
      a: new Float32Array(index * inFeatures).fill(0.5),
      b: new Float32Array(outFeatures * index).fill(0.5),
    }));
    const { factors } = await fuseAdapters({ strategy: uneven, adapters: mixed, space: 'CORE' });
    expect([...factors.values()].map(({ rank }) => rank)).toEqual([1, 1, 2]);
    expect([...factors.values()][0]!.b.every((x) => x === 0)).toBe(true);
  });

  it('keeps its own arrays: what it gave out is not moved or changed', async () => {
    const held: ModuleFactors[] = [];
    const keeping = rule((input) => {
      held.push(concatenated(input));
      return held.at(-1)!;
    });
    await fuseAdapters({ strategy: keeping, adapters: mixed, space: 'CORE', outputRank: 2 });
    expect(held.every(({ a }) => a.length > 0)).toBe(true);
  });

  const one: ModuleFactors = { rank: 1, scale: 1, a: new Float32Array(20), b: new Float32Array(12) };
  it.each<[string, unknown, string]>([
    ['no factors', undefined, 'expected { rank, scale, a, b }'],
    ['a rank that is none', { ...one, rank: 1.5 }, "the factors' rank is 1.5"],
    ['a rank beyond the cap', { ...one, rank: 65_537 }, 'from 0 to 65536'],
    ['a scale that is no number', { ...one, scale: Number.NaN }, "the factors' scale is NaN"],
    ['numbers of another type', { ...one, a: new Float64Array(20) }, 'factor A is no Float32Array'],
    ['A of another size', { ...one, a: new Float32Array(19) }, 'factor A has 19 elements, expected [1, 20]'],
    ['B of another size', { ...one, rank: 2, a: new Float32Array(40) }, 'factor B has 12 elements, expected [12, 2]'],
    ['NaN', { ...one, b: new Float32Array(12).fill(Number.NaN) }, 'factor B holds NaN'],
  ])('is refused for %s', async (_, factors, message) => {
    const strategy = rule(() => factors as ModuleFactors);
    const error = await fuseAdapters({ strategy, adapters: mixed }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'STRATEGY_INVALID_OUTPUT' });
    expect((error as Error).message).toContain(message);
  });
});

describe('a rule that needs statistics', () => {
  const seen = new Map<string, readonly (Float32Array | undefined)[]>();
  const looking = (kind: 'GRAM' | 'FISHER'): Strategy =>
    rule(
      (input) => {
        seen.set(
          input.module,
          input.members.map(({ statistics }) => statistics),
        );
        return concatenated(input);
      },
      { statistics: kind },
    );
  const of = (kind: 'GRAM' | 'FISHER') => mixed.map((_, i) => syntheticStatistics(kind, i));

  it.each(['GRAM', 'FISHER'] as const)(
    'gets %s of every member and module, and they are in the provenance',
    async (kind) => {
      const statistics = of(kind);
      const { manifest } = await fuseAdapters({ strategy: looking(kind), adapters: mixed, statistics });
      for (const { name, outFeatures, inFeatures } of SYNTHETIC_MODULES) {
        const expected = await Promise.all(statistics.map((file) => file.readTensor(name)));
        expect(seen.get(name)).toEqual(expected);
        expect(expected[0]).toHaveLength(kind === 'GRAM' ? inFeatures ** 2 : outFeatures * inFeatures);
      }
      expect(manifest.provenance!['statistics']).toBe(JSON.stringify(statistics.map(({ digest }) => digest)));
    },
  );

  it('gets none where it asked for none', async () => {
    const strategy = rule((input) => {
      seen.set(
        'none',
        input.members.map((member) => member.statistics),
      );
      return concatenated(input);
    });
    await fuseAdapters({ strategy, adapters: mixed, statistics: of('GRAM') });
    expect(seen.get('none')).toEqual([undefined, undefined]);
  });

  it.each<[string, () => Promise<unknown>, string, string]>([
    [
      'none at all',
      () => fuseAdapters({ strategy: looking('GRAM'), adapters: mixed }),
      'FUSION_INCOMPATIBLE',
      'needs GRAM statistics (XᵀX of the inputs of each module) of every adapter on its own task, and "synthetic-1" has none; compute them first.',
    ],
    [
      'those of the other kind',
      () => fuseAdapters({ strategy: looking('GRAM'), adapters: mixed, statistics: of('FISHER') }),
      'FUSION_INCOMPATIBLE',
      '"synthetic-2" has none',
    ],
    [
      'a module that is missing',
      () =>
        fuseAdapters({
          strategy: looking('GRAM'),
          adapters: mixed,
          statistics: mixed.map((_, i) => syntheticStatistics('GRAM', i, SYNTHETIC_MODULES.slice(1))),
        }),
      'FUSION_STATISTICS_MISSING',
      'adapter "synthetic-1" has no GRAM statistics of module "layers.0.k_proj"',
    ],
    [
      'another shape',
      () =>
        fuseAdapters({
          strategy: looking('GRAM'),
          adapters: mixed,
          statistics: of('GRAM').map((file) => ({ ...file, readTensor: async () => new Float32Array(19) })),
        }),
      'FUSION_SHAPE_MISMATCH',
      'statistics of kind GRAM is [19], expected [20, 20]',
    ],
    [
      'NaN',
      () =>
        fuseAdapters({
          strategy: looking('GRAM'),
          adapters: mixed,
          statistics: of('GRAM').map((file) => ({
            ...file,
            readTensor: async () => new Float32Array(400).fill(Number.NaN),
          })),
        }),
      'FUSION_INPUT_NOT_FINITE',
      'element 0 of GRAM is NaN',
    ],
  ])('refuses %s', async (_, run, code, message) => {
    const error = await run().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(message);
  });
});
