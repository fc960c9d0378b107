import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AdapterForm,
  Adapter,
  CellKind,
  ExperimentCell,
  type Evaluation,
  ExportFormat,
  type ExportRun,
  type FusionRun,
  RunState,
  Score,
  type TrainingRun,
  TrainingSearchKind,
  TunableOption,
} from '../entities/index.js';
import { exportAdapter } from '../services/export-adapter.js';
import type { TrainAdapterInput } from '../services/index.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

const RATES = { option: TunableOption.learningRate, values: [1e-3] };
const RANGE = { option: TunableOption.learningRate, low: 1e-4, high: 1e-2 };

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
    const asked = { adapter: fused.output!.id, format: ExportFormat.PEFT };
    const exported = await system.until(succeeded(await exportAdapter(system.em, system.platform, asked)) as ExportRun);
    const card = exported.files.find(({ name }) => name === 'README.md')!;
    expect(await readFile(await system.platform.blobs.locate(card.sha256), 'utf8')).toContain('another function');

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

  it('is scored in its own form by an experiment too, norms and all', async () => {
    const modes: { name: string; adapters: string[] }[] = [];
    const made: { adapter: string; task: string }[] = [];
    for (const [method, targetModules] of [
      ['FULL', ['layers.1.*', 'post_layernorm']],
      ['FULL_LINEARIZED', ['layers.1.*', 'post_layernorm']],
    ] as const) {
      const adapters: string[] = [];
      for (const task of tasks) {
        const run = await train(method, { targetModules: [...targetModules], learningRate: 0.01 }, task);
        adapters.push(run.output!.id);
        made.push({ adapter: run.output!.id, task });
      }
      modes.push({ name: method, adapters });
    }
    const strategies = [{ id: 'taskArithmetic', points: [{ lambda: 0.5 }] }];
    const asked = await system.platform.services.runExperiment(system.em, { modes, strategies });
    const experiment = await system.until(succeeded(asked));
    expect(experiment).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    const cells = await system.em.find(ExperimentCell, { experiment: experiment.id, kind: CellKind.SPECIALIST });
    const losses = cells.flatMap(({ scores: own }) => own.map(({ loss }) => loss)).toSorted((x, y) => x - y);
    expect(losses).toHaveLength(made.length);
    const expected: number[] = [];
    for (const { adapter, task } of made) {
      const evaluations = succeeded(await system.platform.services.evaluate(system.em, { adapter, tasks: [task] }));
      const [evaluation] = evaluations as readonly Evaluation[];
      await system.until(evaluation!);
      expected.push((await system.em.findOneOrFail(Score, { evaluation: evaluation!.id })).loss!);
    }
    expected.sort((x, y) => x - y);
    losses.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i]!, 4));
  });

  it('looks for its settings on validation, then trains with the best of them', async () => {
    const axes = [
      { option: TunableOption.learningRate, values: [1e-6, 1e-2] },
      { option: TunableOption.dropout, values: [0] },
    ];
    const run = await train('LORA', {
      targetModules: ['fc2'],
      epochs: 2,
      search: { kind: TrainingSearchKind.GRID, axes },
    });
    expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    expect(run.trials.map(({ values, chosen }) => [values[0]!.value, chosen])).toEqual([
      [1e-6, false],
      [1e-2, true],
    ]);
    expect(run.trials[1]!.loss).toBeLessThan(run.trials[0]!.loss!);
    expect(run.options.learningRate).toBe(1e-2);
    const plain = await train('LORA', { targetModules: ['fc2'], epochs: 2, learningRate: 1e-2 });
    expect((await outputOf(run)).digest).toBe((await outputOf(plain)).digest);
  });

  it('linearizes the modules that a probe finds cheap', async () => {
    const run = await train('LORA', { targetModules: ['fc2', 'v_proj'], linearizationBudget: 100 });
    expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    expect(run.probes).toHaveLength(4);
    expect(run.probes.every(({ linearized, distance }) => linearized && distance > 0)).toBe(true);
    expect(run.options.linearizedModules).toEqual(run.probes.map(({ module }) => module));
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
    ['L_LORA', { linearizationBudget: 1 }, ['options', 'linearizationBudget']],
    ['LORA', { search: { kind: TrainingSearchKind.RANDOM, axes: [RATES] } }, ['options', 'search', 'trials']],
    ['LORA', { search: { kind: TrainingSearchKind.GRID, axes: [RANGE] } }, ['options', 'search', 'axes']],
    [
      'L_LORA',
      { search: { kind: TrainingSearchKind.GRID, axes: [{ option: TunableOption.rank, values: [2] }] } },
      ['options', 'search', 'axes', '0', 'option'],
    ],
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
