import { openAdapter } from '@crucible/engine/adapters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Adapter, Evaluation, FusionMember, RunState, Score, type FusionRun } from '../entities/index.js';
import type { FuseInput } from '../services/index.js';
import { findFusionOf } from '../services/find-fusion-of.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

/** Fusions of other shapes than many adapters to one by one rule: an output for each, a rule over a rule, options that vary. */
describe('fusions', () => {
  let system: TestSystem;
  let adapters: readonly Adapter[];
  beforeAll(async () => {
    system = await TestSystem.start();
    adapters = await system.adapters('LORA');
    await system.startWorker();
  });
  afterAll(() => system.dispose());

  const fuse = async (id: string, options: object, change: Partial<FuseInput> = {}): Promise<FusionRun> => {
    const input: FuseInput = {
      adapters: adapters.map((adapter) => ({ adapter: adapter.id })),
      strategy: { id, options: options as Readonly<Record<string, unknown>> },
      ...change,
    };
    return system.until(succeeded(await system.platform.services.fuse(system.em, input)));
  };
  const refusal = async (id: string, options: object, change: Partial<FuseInput> = {}): Promise<string> => {
    const input: FuseInput = {
      adapters: adapters.map((adapter) => ({ adapter: adapter.id })),
      strategy: { id, options: options as Readonly<Record<string, unknown>> },
      ...change,
    };
    return JSON.stringify(await system.platform.services.fuse(system.em, input));
  };

  it('with an output for each adapter keep all of them, each scored on its own task', async () => {
    const run = await fuse('emr', {});
    expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    const members = await system.em.find(
      FusionMember,
      { run: run.id },
      { orderBy: { position: 'asc' }, populate: ['adapter', 'output'] },
    );
    expect(members[0]!.output!.id).toBe(run.output!.id);
    const outputs = members.map(({ output }) => output!.getEntity());
    expect(new Set(outputs.map(({ digest }) => digest)).size).toBe(members.length);
    for (const [position, member] of members.entries()) {
      const output = outputs[position]!;
      expect(output.name).toContain(member.adapter.getEntity().name);
      expect(member.fidelity!.perAdapter).toHaveLength(members.length);
      const file = await openAdapter(await system.platform.blobs.locate(output.digest));
      expect(file.manifest.provenance).toMatchObject({ strategy: 'emr', position });
      await file.close();
      const scores = await system.em.find(Score, { run: run.id, adapter: output.id });
      expect(scores.map(({ task }) => task.id)).toEqual([member.adapter.getEntity().task!.id]);
      expect((await findFusionOf(system.em, output.id))!.id).toBe(run.id);
    }
    expect(await system.em.count(Evaluation, { run: run.id })).toBe(run.evaluateOn.length);

    // Deleted with the run, all of them.
    expect(await system.platform.services.remove(system.em, run.id)).toEqual({ id: run.id });
    expect(await system.em.count(Adapter, { id: { $in: outputs.map(({ id }) => id) } })).toBe(0);
  });

  it('with an output for each adapter score none on a task of none of them', async () => {
    const [first, second] = adapters;
    const change = { adapters: [{ adapter: first!.id }, { adapter: first!.id }], evaluateOn: [second!.task!.id] };
    expect(await refusal('emr', {}, change)).toContain('TASK_OF_NO_ADAPTER');
  });

  it('of a rule over a rule use what the options name, and say so in the fingerprint', async () => {
    const options = { rule: { ties: { density: 0.5 } } };
    const [one, other] = [await fuse('knots', options), await fuse('knots', { rule: { ties: { density: 0.9 } } })];
    for (const run of [one, other]) expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    expect(one.options['rule']).toMatchObject({ ties: { density: 0.5, lambda: expect.any(Number) as number } });
    expect(one.fingerprint).not.toBe(other.fingerprint);
    expect(await system.digestOf(one)).not.toBe(await system.digestOf(other));
    expect(await system.digestOf(await fuse('knots', options))).toBe(await system.digestOf(one));
    expect(await refusal('knots', { rule: { tsvM: {} } })).toContain('does not treat every entry alike');
  });

  it('with weights and options that vary give the same bytes again, and others than without', async () => {
    const options = {
      schedules: [
        { parameter: 'weight', adapter: 1, values: [0.2, 1] },
        { parameter: 'density', adapter: 0, values: [0.3, 0.9] },
      ],
    };
    const [one, two, plain] = [await fuse('ties', options), await fuse('ties', options), await fuse('ties', {})];
    expect(one).toMatchObject({ state: RunState.SUCCEEDED, problem: null, options });
    expect(await system.digestOf(two)).toBe(await system.digestOf(one));
    expect(await system.digestOf(plain)).not.toBe(await system.digestOf(one));
    const beyond = { schedules: [{ parameter: 'weight', adapter: 9, values: [1] }] };
    expect(await refusal('ties', beyond)).toContain('there are 2 adapters, from 0');
    const nowhere = { schedules: [{ parameter: 'weight', modules: '*.nothing.*', values: [1] }] };
    expect(await refusal('ties', nowhere)).toContain('*.nothing.*');
  });
});
