import {
  addMatrices,
  concatenate,
  createMatrix,
  gram,
  multiplyByTranspose,
  relativeError,
  type LowRank,
} from '@crucible/engine/algebra';
import { createKeyedRandom } from '@crucible/engine/random';
import { fuseAdapters, randomUpdate, regauge, syntheticAdapter } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { assembleUnits } from './assemble-units.js';
import { clusterUnits } from './cluster-units.js';
import { collectUnits } from './collect-units.js';
import { loraLego } from './lora-lego-strategy.js';

interface Choices {
  readonly rank: number;
  readonly units: 'STORED' | 'SINGULAR';
  readonly reweightParameters: boolean;
  readonly reweightOutput: boolean;
}
const plain: Choices = { rank: 5, units: 'STORED', reweightParameters: false, reweightOutput: false };
const random = createKeyedRandom(5);

/** Without rounding to float32; digests by place unless given. */
function merge(
  updates: readonly LowRank[],
  choices: Partial<Choices>,
  digests = updates.map((_, i) => `${i}`),
): LowRank {
  const options = { ...plain, ...choices };
  const pool = collectUnits(
    updates.map((update, i) => ({ digest: digests[i]!, update })),
    options.units,
  );
  const clusters = clusterUnits(addMatrices(multiplyByTranspose(pool.a, pool.a), gram(pool.b)), {
    count: options.rank,
    restarts: 3,
    draw(restart, step, unit) {
      const { digest, place } = pool.origins[unit]!;
      return random.uniform([digest, restart, step], 1, place)[0]!;
    },
  });
  return assembleUnits(pool, clusters, options);
}

const three = [
  randomUpdate('x', { rank: 2, scale: 0.5 }),
  randomUpdate('y', { rank: 5, scale: 2 }),
  randomUpdate('z', { rank: 3 }),
];

describe.each(['STORED', 'SINGULAR'] as const)('LoRA-LEGO of %s units', (units) => {
  it('gives one update back at its rank, rescaled or not', () => {
    for (const reweight of [true, false]) {
      const options = { units, rank: 5, reweightParameters: reweight, reweightOutput: reweight };
      expect(relativeError(merge([three[1]!], options), three[1]!)).toBeLessThan(1e-12);
    }
  });

  it('gives the sum at the rank of all units, without the rescaling of outputs', () =>
    expect(relativeError(merge(three, { units, rank: 10, reweightParameters: true }), concatenate(three))).toBeLessThan(
      1e-12,
    ));

  it('gives that update for n copies of one', () => {
    const copies = [three[1]!, three[1]!, three[1]!];
    const options = { units, rank: 5, reweightParameters: true, reweightOutput: true };
    expect(relativeError(merge(copies, options), three[1]!)).toBeLessThan(1e-12);
  });

  it('takes mixed ranks, and has the rank that is asked for', () => {
    for (const rank of [1, 4, 7]) expect(merge(three, { units, rank }).b.columns).toBe(rank);
  });

  it('does not look at the order: to the bit', () => {
    const straight = merge(three, { units, rank: 4 }, ['a', 'b', 'c']);
    expect(merge(three.toReversed(), { units, rank: 4 }, ['c', 'b', 'a'])).toEqual(straight);
  });

  it('is homogeneous: c·updates give c·result', () => {
    const scaled = three.map((item) => ({ ...item, scale: -0.01 * item.scale }));
    expect(
      relativeError(merge(scaled, { units }), {
        ...merge(three, { units }),
        scale: -0.01 * merge(three, { units }).scale,
      }),
    ).toBeLessThan(units === 'STORED' ? 1e-12 : 1e-11);
  });

  it('leaves units of zero out, and is zero where there are no others', () => {
    const zero: LowRank = { ...three[0]!, b: createMatrix(24, 2) };
    const options = { units, rank: 4, reweightOutput: true };
    expect(relativeError(merge([...three, zero], options), merge(three, options))).toBeLessThan(1e-12);
    expect(collectUnits([{ digest: '0', update: zero }], units).origins).toEqual([]);
  });
});

it('SINGULAR does not see how an update is split into factors; STORED does', () => {
  const turned = three.map((item, i) => regauge(item, `g${i}`));
  expect(relativeError(merge(turned, { units: 'SINGULAR' }), merge(three, { units: 'SINGULAR' }))).toBeLessThan(1e-10);
  expect(relativeError(merge(turned, {}), merge(three, {}))).toBeGreaterThan(0.01);
});

describe('rescaling', () => {
  const unit = (a: readonly number[], b: readonly number[]): LowRank => ({
    a: createMatrix(1, 2, Float64Array.from(a)),
    b: createMatrix(2, 1, Float64Array.from(b)),
    scale: 1,
  });
  // Rows at a right angle: their mean is √½ as long as they are.
  const pair = [unit([1, 0], [2, 0]), unit([0, 1], [2, 0])];

  it('of parameters brings each half of a centroid back to the mean norm of its units', () => {
    const without = merge(pair, { rank: 1 });
    const restored = merge(pair, { rank: 1, reweightParameters: true });
    expect([...without.a.data, ...without.b.data]).toEqual([0.5, 0.5, 2, 0]);
    expect(Math.abs(restored.a.data[0]! - Math.SQRT1_2)).toBeLessThan(1e-15);
    expect([...restored.b.data]).toEqual([2, 0]);
  });

  it('of parameters leaves what cancels at zero', () => {
    const opposite = [unit([1, 0], [1, 0]), unit([-1, 0], [1, 0])];
    expect([...merge(opposite, { rank: 1, reweightParameters: true }).a.data]).toEqual([0, 0]);
  });

  it('of outputs scales by √(mean rank / rank)', () => {
    expect(merge(three, { rank: 5, reweightOutput: true }).scale / merge(three, { rank: 5 }).scale).toBe(
      Math.sqrt(10 / 3 / 5),
    );
  });
});

it('the same seed gives the same bytes, and the default rank is the largest', async () => {
  const adapters = [1, 2, 3].map((seed) => syntheticAdapter({ seed, rank: seed + 1 }));
  const digests = await Promise.all(
    [1, 1, 2].map(async (seed) => (await fuseAdapters({ strategy: loraLego, adapters, seed })).outcome),
  );
  expect(digests[0]!.digest).toBe(digests[1]!.digest);
  expect(digests.map(({ rank }) => rank)).toEqual([4, 4, 4]);
});

it('takes a rank of its own for each module', async () => {
  const adapters = [1, 2, 3].map((seed) => syntheticAdapter({ seed, rank: seed + 1 }));
  const schedules = [{ parameter: 'rank', modules: 'layers.1.*', values: [2] }];
  const { factors } = await fuseAdapters({ strategy: loraLego, options: { schedules }, adapters });
  expect([...factors].map(([name, { rank }]) => [name, rank])).toEqual([
    ['layers.0.k_proj', 4],
    ['layers.0.k_proj-extra', 4],
    ['layers.1.v_proj', 2],
  ]);
});
