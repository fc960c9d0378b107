import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunState, Score, SplitName } from '../entities/index.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

describe('searches through a worker', () => {
  let system: TestSystem;
  let framed: readonly { readonly adapter: string }[];
  let loose: typeof framed;
  beforeAll(async () => {
    system = await TestSystem.start();
    framed = (await system.adapters('L_LORA')).map(({ id }) => ({ adapter: id }));
    loose = (await system.adapters('LORA')).map(({ id }) => ({ adapter: id }));
    await system.startWorker();
  });
  afterAll(() => system.dispose());

  const run = async (id: string, options: object, adapters = framed) =>
    system.until(
      succeeded(
        await system.platform.services.fuse(system.em, {
          adapters: [...adapters],
          strategy: { id, options: { ...options } },
        }),
      ),
    );

  // Two layers and two adapters; in the tangent frame of both.
  it.each<[string, object, number]>([
    ['adaMerging', { granularity: 'TASK', steps: 6 }, 2],
    ['adaMerging', { granularity: 'LAYER', steps: 6 }, 4],
    ['adaMerging', { granularity: 'MODULE', steps: 6 }, 8],
    ['loraSoups', { steps: 6 }, 4],
    ['cmaEs', { budget: 12, layerGroups: 2 }, 4],
  ])('%s of %j finds %d coefficients, traces them, and is scored on TEST', async (id, options, count) => {
    const [first, second] = [await run(id, options), await run(id, options)];
    expect(first).toMatchObject({ state: RunState.SUCCEEDED, problem: null, space: 'FRAME' });
    expect(first.coefficients).toHaveLength(count);
    // Every module is in one group, each group has a coefficient per adapter, and together they are all coefficients.
    const groups = first.coefficientGroups!;
    expect(groups.flatMap(({ modules }) => modules)).toHaveLength(4);
    expect(groups.flatMap(({ coefficients }) => coefficients)).toEqual(first.coefficients);
    expect(groups).toHaveLength(count / 2);
    for (const step of first.trace!) expect(step.coefficients).toHaveLength(count);
    expect(first.fidelity).toMatchObject({ exact: true, relativeError: 0 });
    expect(await system.digestOf(second)).toBe(await system.digestOf(first));
    const scores = await system.em.find(Score, { run: first.id });
    expect(scores.map(({ split, selectedOn }) => [split, selectedOn])).toEqual([
      [SplitName.TEST, SplitName.VALIDATION],
      [SplitName.TEST, SplitName.VALIDATION],
    ]);
  });

  it.each(['adaMerging', 'loraSoups'])('%s searches adapters without a common frame in CORE space', async (id) => {
    const found = await run(id, { steps: 3 }, loose);
    expect(found).toMatchObject({ state: RunState.SUCCEEDED, problem: null, space: 'CORE' });
    expect(found.fidelity).toMatchObject({ exact: true, outputRank: 4 });
  });
});
