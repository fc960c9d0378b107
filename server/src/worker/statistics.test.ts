import { openStatistics } from '@crucible/engine/statistics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Adapter,
  FusionMember,
  RunState,
  SplitName,
  StatisticsKindName,
  StatisticsRun,
  Task,
} from '../entities/index.js';
import type { FuseInput } from '../services/index.js';
import { computeStatistics, type ComputeStatisticsInput } from '../services/compute-statistics.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

describe('statistics of adapters', () => {
  let system: TestSystem;
  let adapters: readonly Adapter[];
  beforeAll(async () => {
    system = await TestSystem.start();
    adapters = await system.adapters('LORA');
  });
  afterAll(() => system.dispose());

  const compute = (input: Partial<ComputeStatisticsInput> = {}) =>
    computeStatistics(system.em, system.platform, {
      adapter: adapters[0]!.id,
      kind: StatisticsKindName.GRAM,
      examples: 10,
      ...input,
    });
  const fuse = (strategy: string) => {
    const input: FuseInput = {
      adapters: adapters.map(({ id }) => ({ adapter: id })),
      strategy: { id: strategy, options: {} },
      evaluateOn: [],
    };
    return system.platform.services.fuse(system.em, input);
  };

  it('a fusion that lacks them says which mutation makes them', async () => {
    for (const [strategy, kind] of [
      ['regMean', 'GRAM'],
      ['fisher', 'FISHER'],
    ] as const) {
      const problem = await fuse(strategy);
      expect(problem).toMatchObject({ code: 'ADAPTERS_INCOMPATIBLE' });
      for (const { id } of adapters) {
        const mutation = `computeStatistics(input: { adapter: "${id}", kind: ${kind} })`;
        expect(problem).toMatchObject({ message: expect.stringContaining(mutation) as string });
      }
    }
  });

  it.each<[string, Partial<ComputeStatisticsInput>, string]>([
    ['an adapter that is not there', { adapter: '01890000-0000-7000-8000-000000000000' }, 'NOT_FOUND'],
    ['a task that is not there', { task: '01890000-0000-7000-8000-000000000000' }, 'NOT_FOUND'],
    ['no examples', { examples: 0 }, 'OPTIONS_INVALID'],
    ['more examples than the cap', { examples: 10_000_001 }, 'OPTIONS_INVALID'],
    ['a negative seed', { seed: -1 }, 'SEED_INVALID'],
    ['the split that scores are reported on', { split: SplitName.TEST }, 'STATISTICS_SPLIT'],
  ])('refuses %s', async (_, input, code) => {
    const problem = await compute(input);
    expect(JSON.stringify(problem)).toContain(code);
    expect(await system.em.count(StatisticsRun)).toBe(0);
  });

  it('are computed once, are the adapter’s own, and fusions find the latest of them', async () => {
    await system.startWorker();
    const runs = [];
    for (const kind of [StatisticsKindName.GRAM, StatisticsKindName.FISHER]) {
      for (const { id: adapter } of adapters) runs.push(succeeded(await compute({ adapter, kind })));
    }
    expect(succeeded(await compute()).id).toBe(runs[0]!.id);
    const finished = [];
    for (const run of runs) finished.push(await system.until(run));
    for (const run of finished) {
      expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null, examples: 10, split: SplitName.TRAIN });
      const adapter = await system.em.findOneOrFail(Adapter, { id: run.adapter.id });
      const task = await system.em.findOneOrFail(Task, { id: run.task.id });
      const file = await openStatistics(await system.platform.blobs.locate(run.digest!));
      expect(file.manifest).toMatchObject({ kind: run.kind, adapterDigest: adapter.digest, task: task.name, n: 10 });
      expect(file.digest).toBe(run.digest);
      expect(file.byteLength).toBe(run.sizeBytes);
      await file.close();
    }

    const first = await system.until(succeeded(await fuse('regMean')));
    expect(first).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    const members = await system.em.find(FusionMember, { run: first.id }, { orderBy: { position: 'asc' } });
    expect(members.map(({ statistics }) => statistics)).toEqual(finished.slice(0, 2).map(({ digest }) => digest));
    expect((await system.until(succeeded(await fuse('fisher')))).problem).toBeNull();

    // Other examples are other statistics, another fingerprint, another result.
    await system.until(succeeded(await compute({ seed: 1 })));
    const second = await system.until(succeeded(await fuse('regMean')));
    expect(second.fingerprint).not.toBe(first.fingerprint);
    expect(await system.digestOf(second)).not.toBe(await system.digestOf(first));
    // All examples where there are no more: 24 in TRAIN.
    const all = await system.until(succeeded(await compute({ examples: 1000 })));
    expect(all.examples).toBe(24);
    expect(succeeded(await compute({ examples: 1000 })).id).toBe(all.id);
  });
});
