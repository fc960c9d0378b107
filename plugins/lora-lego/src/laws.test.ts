import { concatenate, createMatrix, relativeError, type LowRank } from '@crucible/engine/algebra';
import { createKeyedRandom } from '@crucible/engine/random';
import { fuseAdapters, randomUpdate, regauge, syntheticAdapter } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { assembleUnits } from './assemble-units.js';
import { clusterUnits } from './cluster-units.js';
import { collectUnits } from './collect-units.js';
import { loraLego } from './lora-lego-strategy.js';
import { unitProducts } from './unit-products.js';

interface Choices {
  readonly rank: number;
  readonly units: 'STORED' | 'SINGULAR';
  readonly reweightParameters: boolean;
  readonly reweightOutput: boolean;
}
const plain: Choices = { rank: 5, units: 'STORED', reweightParameters: false, reweightOutput: false };
const random = createKeyedRandom(5);

/** Without rounding to float32; digests by place unless given. */
async function merge(
  updates: readonly LowRank[],
  choices: Partial<Choices>,
  digests = updates.map((_, i) => `${i}`),
): Promise<LowRank> {
  const options = { ...plain, ...choices };
  const pool = collectUnits(
    updates.map((update, i) => ({ digest: digests[i]!, update })),
    options.units,
  );
  const clusters = await clusterUnits(await unitProducts(pool, () => undefined), {
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
  it('gives one update back at its rank, rescaled or not', async () => {
    for (const reweight of [true, false]) {
      const options = { units, rank: 5, reweightParameters: reweight, reweightOutput: reweight };
      expect(relativeError(await merge([three[1]!], options), three[1]!)).toBeLessThan(1e-12);
    }
  });

  it('gives the sum at the rank of all units, without the rescaling of outputs', async () =>
    expect(
      relativeError(await merge(three, { units, rank: 10, reweightParameters: true }), concatenate(three)),
    ).toBeLessThan(1e-12));

  it('gives that update for n copies of one', async () => {
    const copies = [three[1]!, three[1]!, three[1]!];
    const options = { units, rank: 5, reweightParameters: true, reweightOutput: true };
    expect(relativeError(await merge(copies, options), three[1]!)).toBeLessThan(1e-12);
  });

  it('takes mixed ranks, and has the rank that is asked for', async () => {
    for (const rank of [1, 4, 7]) expect((await merge(three, { units, rank })).b.columns).toBe(rank);
  });

  it('does not look at the order: to the bit', async () => {
    const straight = await merge(three, { units, rank: 4 }, ['a', 'b', 'c']);
    expect(await merge(three.toReversed(), { units, rank: 4 }, ['c', 'b', 'a'])).toEqual(straight);
  });

  it('is homogeneous: c·updates give c·result', async () => {
    const scaled = three.map((item) => ({ ...item, scale: -0.01 * item.scale }));
    expect(
      relativeError(await merge(scaled, { units }), {
        ...(await merge(three, { units })),
        scale: -0.01 * (await merge(three, { units })).scale,
      }),
    ).toBeLessThan(units === 'STORED' ? 1e-12 : 1e-11);
  });

  it('leaves units of zero out, and is zero where there are no others', async () => {
    const zero: LowRank = { ...three[0]!, b: createMatrix(24, 2) };
    const options = { units, rank: 4, reweightOutput: true };
    expect(relativeError(await merge([...three, zero], options), await merge(three, options))).toBeLessThan(1e-12);
    expect(collectUnits([{ digest: '0', update: zero }], units).origins).toEqual([]);
  });
});

it('SINGULAR does not see how an update is split into factors; STORED does', async () => {
  const turned = three.map((item, i) => regauge(item, `g${i}`));
  expect(
    relativeError(await merge(turned, { units: 'SINGULAR' }), await merge(three, { units: 'SINGULAR' })),
  ).toBeLessThan(1e-10);
  expect(relativeError(await merge(turned, {}), await merge(three, {}))).toBeGreaterThan(0.01);
});

describe('rescaling', () => {
  const unit = (a: readonly number[], b: readonly number[]): LowRank => ({
    a: createMatrix(1, 2, Float64Array.from(a)),
    b: createMatrix(2, 1, Float64Array.from(b)),
    scale: 1,
  });
  // Rows at a right angle: their mean is √½ as long as they are.
  const pair = [unit([1, 0], [2, 0]), unit([0, 1], [2, 0])];

  it('of parameters brings each half of a centroid back to the mean norm of its units', async () => {
    const without = await merge(pair, { rank: 1 });
    const restored = await merge(pair, { rank: 1, reweightParameters: true });
    expect([...without.a.data, ...without.b.data]).toEqual([0.5, 0.5, 2, 0]);
    expect(Math.abs(restored.a.data[0]! - Math.SQRT1_2)).toBeLessThan(1e-15);
    expect([...restored.b.data]).toEqual([2, 0]);
  });

  it('of parameters leaves what cancels at zero', async () => {
    const opposite = [unit([1, 0], [1, 0]), unit([-1, 0], [1, 0])];
    expect([...(await merge(opposite, { rank: 1, reweightParameters: true })).a.data]).toEqual([0, 0]);
  });

  it('of outputs scales by √(mean rank / rank)', async () => {
    expect(
      (await merge(three, { rank: 5, reweightOutput: true })).scale / (await merge(three, { rank: 5 })).scale,
    ).toBe(Math.sqrt(10 / 3 / 5));
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
