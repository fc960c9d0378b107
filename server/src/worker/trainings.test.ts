import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AdapterForm,
  Adapter,
  type Evaluation,
  type FusionRun,
  RunState,
  Score,
  type TrainingRun,
} from '../entities/index.js';
import type { TrainAdapterInput } from '../services/index.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

describe('trainings through a worker', () => {
  let system: TestSystem;
  let base: string;
  let tasks: readonly string[];
  beforeAll(async () => {
    system = await TestSystem.start();
    const adapters = await system.adapters('L_LORA');
    base = adapters[0]!.base.id;
    tasks = adapters.map(({ task }) => task!.id);
    await system.startWorker();
  });
  afterAll(() => system.dispose());

  type Options = TrainAdapterInput['options'];
  const train = async (method: string, options: Options, task = tasks[0]!): Promise<TrainingRun> =>
    system.until(
      succeeded(
        await system.platform.services.trainAdapter(system.em, {
          base,
          task,
          method,
          options: { batchSize: 8, epochs: 1, ...options },
        }),
      ),
    );
  const outputOf = (run: TrainingRun | FusionRun): Promise<Adapter> =>
    system.em.findOneOrFail(Adapter, { id: run.output!.id }, { refresh: true });

  it.each<[string, Options, object]>([
    ['LORA', { rank: 2, alpha: 4, targetModules: ['fc2'], rankStabilized: true, dropout: 0.1, accumulate: 2 }, {}],
    ['LORA', { rank: 2, linearizedModules: ['layers.0.*'], normPenalty: 0.01 }, {}],
    ['L_LORA', { dropout: 0.2 }, {}],
    ['NETWORK_LINEARIZED', { learningRate: 0.001 }, { form: AdapterForm.TANGENT }],
    ['FULL', { targetModules: ['layers.1.*', 'post_layernorm'] }, {}],
    ['FULL_LINEARIZED', { targetModules: ['all'] }, { form: AdapterForm.TANGENT }],
  ])('by %s with %j ends in an adapter that can be scored', async (method, options, expected) => {
    const run = await train(method, options);
    expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null, method });
    const adapter = await outputOf(run);
    expect(adapter).toMatchObject({ method, form: AdapterForm.WEIGHTS, ...expected });
    const [evaluation] = succeeded(
      await system.platform.services.evaluate(system.em, { adapter: adapter.id, tasks: [tasks[0]!] }),
    ) as readonly Evaluation[];
    expect(await system.until(evaluation!)).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
  });

  it('scales rank-stabilized adapters by alpha / √rank', async () => {
    const run = await train('LORA', { rank: 4, alpha: 6, targetModules: ['fc2'], rankStabilized: true });
    expect((await outputOf(run)).scale).toBe(3);
  });

  it('fuse tangents into a tangent, and refuse to mix them with weights', async () => {
    const trained: Adapter[] = [];
    for (const task of tasks) trained.push(await outputOf(await train('NETWORK_LINEARIZED', {}, task)));
    const adapters = trained.map(({ id }) => ({ adapter: id }));
    const strategy = { id: 'taskArithmetic', options: {} };
    const fused = await system.until(
      succeeded(await system.platform.services.fuse(system.em, { adapters, strategy, space: 'DELTA' as never })),
    );
    expect(fused).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    expect(await outputOf(fused)).toMatchObject({ method: 'NETWORK_LINEARIZED', form: AdapterForm.TANGENT });
    expect(await system.em.count(Score, { run: fused.id })).toBe(tasks.length);

    const [weights] = await system.adapters('LORA');
    const mixed = await system.platform.services.fuse(system.em, {
      adapters: [...adapters, { adapter: weights!.id }],
      strategy,
    });
    expect(mixed).toMatchObject({ issues: [{ code: 'FORM_NOT_OFFERED' }] });
    const slope = await system.platform.services.fuse(system.em, {
      adapters,
      strategy: { id: 'adaMerging', options: {} },
    });
    expect(slope).toMatchObject({ issues: [{ code: 'FORM_NOT_OFFERED' }] });
  });

  it('keeps away from other adapters of the frame', async () => {
    const [other] = await system.adapters('L_LORA');
    const run = await train('L_LORA', { orthogonality: 10, orthogonalTo: [other!.id] });
    expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    expect((await outputOf(run)).digest).not.toBe((await outputOf(await train('L_LORA', {}))).digest);
  });

  it.each<[string, Options, readonly string[]]>([
    ['FULL', { rank: 4 }, ['options', 'rank']],
    ['FULL', { dropout: 0.1 }, ['options', 'dropout']],
    ['L_LORA', { linearizedModules: ['fc2'] }, ['options', 'linearizedModules']],
    ['LORA', { dropout: 1 }, ['options', 'dropout']],
    ['LORA', { accumulate: 0 }, ['options', 'accumulate']],
    ['LORA', { orthogonality: -1 }, ['options', 'orthogonality']],
  ])('refuses %s with %j', async (method, options, path) => {
    const refused = await system.platform.services.trainAdapter(system.em, { base, task: tasks[0]!, method, options });
    expect(refused).toMatchObject({ issues: [{ path }] });
  });

  it('refuses a frame for whole weights, and adapters that are not there', async () => {
    const { services } = system.platform;
    const [framed] = await system.adapters('L_LORA');
    const request = { base, task: tasks[0]!, method: 'FULL', frame: framed!.frame!.id };
    expect(await services.trainAdapter(system.em, request)).toMatchObject({ issues: [{ path: ['frame'] }] });
    const orthogonalTo = ['00000000-0000-4000-8000-000000000000'];
    const missing = { base, task: tasks[0]!, method: 'LORA', options: { orthogonalTo } };
    expect((await services.trainAdapter(system.em, missing)).constructor.name).toBe('NotFound');
  });
});
