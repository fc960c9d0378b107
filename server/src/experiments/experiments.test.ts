import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CellKind,
  CellState,
  Experiment,
  ExperimentCell,
  ExperimentPart,
  FusionSpaceName,
  RunState,
  Score,
} from '../entities/index.js';
import { Problem } from '../services/index.js';
import { succeeded, TestSystem } from '../testing/test-system.js';
import type { ComputeProcess } from '../worker/compute-process.js';
import type { ExperimentInput } from './experiment-input.js';
import { unpackOutcomes } from './pack-outcomes.js';

describe('an experiment', () => {
  let system: TestSystem;
  let modes: ExperimentInput['modes'];
  beforeAll(async () => {
    system = await TestSystem.start();
    const lora = (await system.adapters('LORA')).map(({ id }) => id);
    modes = [
      { name: 'LoRA factor', adapters: lora, space: FusionSpaceName.FACTOR },
      { name: 'LoRA delta', adapters: lora.toReversed(), space: FusionSpaceName.DELTA },
      { name: 'L-LoRA', adapters: (await system.adapters('L_LORA')).map(({ id }) => id) },
    ];
  });
  afterEach(() => system.stopWorkers());
  afterAll(() => system.dispose());

  const protocol = (): ExperimentInput => ({
    modes,
    strategies: [
      { id: 'simpleAverage', points: [{}] },
      { id: 'taskArithmetic', points: [0.1, 0.5, 1].map((lambda) => ({ lambda })) },
    ],
  });
  /** Long enough to be caught in the middle. */
  const long = (seeds: number, budget: number): ExperimentInput => ({
    modes: modes.slice(2),
    strategies: [{ id: 'loraHub', points: [{ shots: 4, budget }] }],
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
  });
  const run = async (input: ExperimentInput): Promise<Experiment> =>
    succeeded(await system.platform.services.runExperiment(system.em, input));
  const cellsOf = async ({ id }: Experiment): Promise<ExperimentCell[]> =>
    system.em.find(ExperimentCell, { experiment: id }, { orderBy: { index: 'asc' } });

  it('scores base, specialists and every fusion; options are chosen on validation', async () => {
    await system.startWorker({ processes: 2 });
    const plan = succeeded(await system.platform.services.planExperiment(system.em, protocol()));
    // 2 + 4 alone, and 3 modes × (1 average + 3 points); of 2 tasks with 9 test and 12 validation examples.
    expect(plan).toMatchObject({ fusions: 12, evaluations: 6 + 3 * 2 + 3 * 8, images: 6 * 9 + 6 * 18 + 3 * 3 * 24 });
    const experiment = await system.until(await run(protocol()));
    expect(experiment).toMatchObject({ state: RunState.SUCCEEDED, problem: null, size: 12 });
    const cells = await cellsOf(experiment);
    expect(cells.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 2 }, () => CellKind.BASE),
      ...Array.from({ length: 4 }, () => CellKind.SPECIALIST),
      ...Array.from({ length: 6 }, () => CellKind.FUSED),
    ]);
    for (const { state, validation, chosen, scores, outcomes } of cells) {
      expect(state).toBe(CellState.COMPUTED);
      const means = validation ?? [0];
      expect(chosen).toBe(means.indexOf(Math.max(...means)));
      const counted = unpackOutcomes(
        outcomes!,
        scores.map(({ n }) => n),
      );
      expect(counted.map((right) => right.reduce((sum, one) => sum + one, 0))).toEqual(
        scores.map(({ correct }) => correct),
      );
    }
    // The order of a mode's adapters does not matter: the tasks are the first mode's.
    expect(experiment.modes[1]!.adapters).toEqual(experiment.modes[0]!.adapters);
  });

  it('agrees with single fusions, and finds what they know', async () => {
    await system.startWorker({ processes: 2 });
    const { services } = system.platform;
    const adapters = modes[2]!.adapters.map((adapter) => ({ adapter }));
    const strategy = { id: 'taskArithmetic', options: { lambda: 0.7 } };
    const fused = await system.until(succeeded(await services.fuse(system.em, { adapters, strategy })));
    const scores = await system.em.find(Score, { run: fused.id });
    const alone: ExperimentInput = {
      modes: modes.slice(2),
      strategies: [{ id: 'taskArithmetic', points: [{ lambda: 0.7 }] }],
    };
    const experiment = await run(alone);
    const known = (await cellsOf(experiment)).at(-1)!;
    expect(known.state).toBe(CellState.KNOWN);
    // The same of its own computation, under a seed that nothing depends on.
    const computed = (await cellsOf(await system.until(await run({ ...alone, seeds: [5] })))).at(-1)!;
    expect(computed.state).toBe(CellState.COMPUTED);
    expect(computed.scores.map(({ correct }) => correct)).toEqual(known.scores.map(({ correct }) => correct));
    expect(known.scores.map(({ n, correct }) => correct / n).toSorted()).toEqual(
      scores.map(({ value }) => value).toSorted(),
    );
  });

  it('computes nothing twice', async () => {
    const plan = succeeded(await system.platform.services.planExperiment(system.em, protocol()));
    expect(plan).toMatchObject({ fusions: 0, evaluations: 0, images: 0, minutes: 0 });
    // Without a worker.
    const again = await run(protocol());
    expect(again.state).toBe(RunState.SUCCEEDED);
    const [before, cells] = [
      await system.em.findOneOrFail(Experiment, { size: 12, id: { $ne: again.id } }),
      await cellsOf(again),
    ];
    expect(cells.every(({ state }) => state === CellState.KNOWN)).toBe(true);
    const figures = (list: readonly ExperimentCell[]) =>
      list.map(({ scores, chosen, validation }) => ({ scores, chosen, validation }));
    expect(figures(cells)).toEqual(figures(await cellsOf(before)));
  });

  it('goes on after its process was killed, and computes no finished cell again', async () => {
    const started: ComputeProcess[] = [];
    await system.startWorker({ started });
    const experiment = await run(long(12, 600));
    await system.until(experiment, ({ progress }) => (progress?.done ?? 0) > 6);
    // Between two parts no process is missed: another one is killed then, until a part has lost its own.
    const crashes = async (): Promise<number> =>
      (await system.em.find(ExperimentPart, { experiment: experiment.id }, { refresh: true })).reduce(
        (sum, part) => sum + part.crashes,
        0,
      );
    const running = { experiment: experiment.id, state: RunState.RUNNING };
    let done: readonly ExperimentCell[] = [];
    while ((await crashes()) === 0) {
      done = (await cellsOf(experiment)).filter(({ state }) => state === CellState.COMPUTED);
      const busy = (await system.em.count(ExperimentPart, running)) > 0 && started.findLast(({ alive }) => alive);
      if (busy) process.kill(busy.pid!, 'SIGKILL');
    }
    const finished = await system.until(experiment);
    expect(finished).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    const after = new Map((await cellsOf(experiment)).map((cell) => [cell.id, cell]));
    expect(done.map(({ id, seconds }) => [id, seconds])).toEqual(done.map(({ id }) => [id, after.get(id)!.seconds]));
    expect(done.length).toBeLessThan(after.size);
  });

  it('is cancelled when its processes are gone, keeps what it has, and goes on from there', async () => {
    const started: ComputeProcess[] = [];
    await system.startWorker({ started });
    const experiment = await run(long(8, 251));
    await system.until(experiment, ({ progress }) => (progress?.done ?? 0) > 6);
    const { services } = system.platform;
    succeeded(await services.cancel(system.em, experiment.id));
    const cancelled = await system.until(experiment);
    expect(cancelled.state).toBe(RunState.CANCELLED);
    expect(started.every(({ alive }) => !alive)).toBe(true);
    const kept = (await cellsOf(experiment)).filter(({ state }) => state === CellState.COMPUTED).length;
    expect(kept).toBeLessThan(experiment.size);
    succeeded(await services.retry(system.em, experiment.id));
    expect(await system.until(experiment)).toMatchObject({ state: RunState.SUCCEEDED });
    expect(await services.remove(system.em, experiment.id)).toEqual({ id: experiment.id });
    expect(await system.em.count(ExperimentCell, { experiment: experiment.id })).toBe(0);
  });

  it.each<[string, (input: ExperimentInput) => ExperimentInput, string]>([
    ['no mode', (input) => ({ ...input, modes: [] }), 'OPTIONS_INVALID'],
    [
      'a mode with one adapter',
      (input) => ({ ...input, modes: [{ ...input.modes[0]!, adapters: input.modes[0]!.adapters.slice(1) }] }),
      'OPTIONS_INVALID',
    ],
    [
      'a strategy that is not there',
      (input) => ({ ...input, strategies: [{ id: 'nothing', points: [{}] }] }),
      'STRATEGY_UNAVAILABLE',
    ],
    [
      'options that it does not take',
      (input) => ({ ...input, strategies: [{ id: 'ties', points: [{ density: 2 }] }] }),
      'OPTIONS_INVALID',
    ],
    ['subsets of one', (input) => ({ ...input, sizes: [1] }), 'OPTIONS_INVALID'],
    ['subsets of more than there are', (input) => ({ ...input, sizes: [3] }), 'OPTIONS_INVALID'],
    [
      'a frame where there is none',
      (input) => ({ ...input, modes: [{ ...input.modes[0]!, space: FusionSpaceName.FRAME }] }),
      'ADAPTERS_INCOMPATIBLE',
    ],
    ['too many seeds', (input) => ({ ...input, seeds: Array.from({ length: 33 }, (_, i) => i) }), 'QUOTA_EXCEEDED'],
  ])('is refused with %s', async (_, change, code) => {
    const outcome = await system.platform.services.planExperiment(system.em, change(protocol()));
    expect(outcome).toBeInstanceOf(Problem);
    expect((outcome as Problem).code).toBe(code);
  });
});
