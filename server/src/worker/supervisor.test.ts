import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  Adapter,
  type Evaluation,
  FusionRun,
  Origin,
  RunState,
  Score,
  SplitName,
  type Sweep,
  type TrainingRun,
} from '../entities/index.js';
import type { FuseInput } from '../services/index.js';
import { succeeded, TestSystem } from '../testing/test-system.js';
import type { ComputeProcess } from './compute-process.js';

describe('a worker', () => {
  let system: TestSystem;
  let members: FuseInput['adapters'];
  beforeAll(async () => {
    system = await TestSystem.start();
    members = (await system.adapters('LORA')).map(({ id }) => ({ adapter: id }));
  });
  afterEach(() => system.stopWorkers());
  afterAll(() => system.dispose());

  const average = (): FuseInput => ({ adapters: members, strategy: { id: 'simpleAverage', options: {} } });
  /** Long enough to be caught in the middle. */
  const search = (budget = 1000): FuseInput => ({
    adapters: members,
    strategy: { id: 'loraHub', options: { shots: 4, budget } },
    evaluateOn: [],
  });
  const fuse = async (input: FuseInput): Promise<FusionRun> =>
    succeeded(await system.platform.services.fuse(system.em, input));
  const isComputing = (run: FusionRun): boolean => run.state === RunState.RUNNING && run.backend !== null;

  it('fuses, scores on every task and tells the fidelity; twice the same, to the byte', async () => {
    await system.startWorker({ processes: 2 });
    const runs = await Promise.all([fuse(average()), fuse(average())]);
    const [first, second] = [await system.until(runs[0]!), await system.until(runs[1]!)];
    expect(first.problem).toBeNull();
    expect([first.state, second.state]).toEqual([RunState.SUCCEEDED, RunState.SUCCEEDED]);
    expect(first.fidelity?.exact).toBe(true);
    expect(first.fingerprint).toBe(second.fingerprint);
    expect(await system.digestOf(first)).toBe(await system.digestOf(second));
    expect(first.output!.id).not.toBe(second.output!.id);
    const scores = await system.em.find(Score, { run: first.id });
    expect(scores.map(({ split, n, selectedOn }) => ({ split, n, selectedOn }))).toEqual([
      { split: SplitName.TEST, n: 9, selectedOn: null },
      { split: SplitName.TEST, n: 9, selectedOn: null },
    ]);
    const reused = await fuse({ ...average(), reuse: true });
    expect([first.id, second.id]).toContain(reused.id);
  });

  it('finishes a run whose compute process was killed, with the bytes of an undisturbed one', async () => {
    const started: ComputeProcess[] = [];
    await system.startWorker({ started });
    const undisturbed = await system.until(await fuse(search()));
    expect(undisturbed.problem).toBeNull();
    const disturbed = await fuse(search());
    await system.until(disturbed, isComputing);
    process.kill(started.findLast(({ alive }) => alive)!.pid!, 'SIGKILL');
    const finished = await system.until(disturbed);
    expect(finished).toMatchObject({ state: RunState.SUCCEEDED, attempt: 2, crashes: 1 });
    expect(await system.digestOf(finished)).toBe(await system.digestOf(undisturbed));
  });

  it('gives its jobs back when it stops, and the next worker finishes them', async () => {
    await system.startWorker();
    const run = await fuse(search());
    await system.until(run, isComputing);
    await system.stopWorkers();
    expect(await system.until(run, () => true)).toMatchObject({ state: RunState.QUEUED, worker: null, output: null });
    await system.startWorker();
    expect(await system.until(run)).toMatchObject({ state: RunState.SUCCEEDED, attempt: 2, crashes: 0 });
  });

  it('cancels what is computed only when its process is gone, and what waits at once', async () => {
    const started: ComputeProcess[] = [];
    await system.startWorker({ started });
    const running = await fuse(search());
    const waiting = await fuse(search());
    await system.until(running, isComputing);
    const busy = started.findLast(({ alive }) => alive)!;
    const { services } = system.platform;
    expect(succeeded(await services.cancel(system.em, waiting.id)).state).toBe(RunState.CANCELLED);
    expect(succeeded(await services.cancel(system.em, running.id)).state).toBe(RunState.RUNNING);
    const cancelled = await system.until(running);
    expect(cancelled).toMatchObject({ state: RunState.CANCELLED, output: null });
    expect(busy.alive).toBe(false);
    expect(await services.cancel(system.em, running.id)).toMatchObject({ code: 'JOB_ALREADY_ENDED' });
    const again = succeeded(await services.retry(system.em, waiting.id)) as FusionRun;
    expect((await system.until(again)).state).toBe(RunState.SUCCEEDED);
  });

  it('stops what grows beyond its memory or takes too long, and says so', async () => {
    await system.startWorker({ memoryLimit: 1 });
    const large = await system.until(await fuse(search()));
    expect(large).toMatchObject({ state: RunState.FAILED, problem: { code: 'JOB_MEMORY_EXCEEDED' } });
    await system.stopWorkers();
    await system.startWorker({
      timeouts: {
        FUSION: 0.001,
        EVALUATION: 60,
        TRAINING: 60,
        IMPORT: 60,
        INSPECTION: 60,
        BASE_IMPORT: 60,
        TASK_IMPORT: 60,
        OUTSIDE_EVALUATION: 60,
        EXPORT: 60,
        STATISTICS: 60,
        MODEL_FUSION: 60,
        EXTRACTION: 60,
        ANALYSIS: 60,
        EXPERIMENT: 60,
      },
    });
    const slow = await system.until(await fuse(search()));
    expect(slow).toMatchObject({ state: RunState.FAILED, problem: { code: 'JOB_TIMEOUT' } });
  });

  it('gives a job up whose process dies again and again', async () => {
    const entry = join(system.database.home, 'dies.mjs');
    await writeFile(entry, 'console.error("no more"); process.exit(7);');
    await system.startWorker({ entry });
    const run = await system.until(await fuse(average()));
    expect(run).toMatchObject({ state: RunState.FAILED, crashes: 3, problem: { code: 'JOB_COMPUTE_DIED' } });
    expect(run.problem?.message).toContain('no more');
  });

  it('chooses the point of a sweep on validation and reports that one on test', async () => {
    await system.startWorker();
    const input = {
      adapters: members,
      strategy: { id: 'taskArithmetic', options: {} },
      axes: [{ option: 'lambda', values: [0.1, 0.5, 1] }],
    };
    const sweep = await system.until(succeeded(await system.platform.services.sweep(system.em, input)) as Sweep);
    expect(sweep).toMatchObject({ state: RunState.SUCCEEDED, size: 3 });
    const runs = await system.em.find(FusionRun, { sweep: sweep.id }, { orderBy: { point: 'asc' } });
    const scores = await system.em.find(Score, { run: { $in: runs.map(({ id }) => id) } });
    const mean = (run: FusionRun): number =>
      scores
        .filter((score) => score.run!.id === run.id && score.split === SplitName.VALIDATION)
        .reduce((sum, { value }) => sum + value / 2, 0);
    const means = runs.map(mean);
    expect(sweep.chosenPoint).toBe(means.indexOf(Math.max(...means)));
    const reported = scores.filter(({ split }) => split === SplitName.TEST);
    expect(reported.map(({ run, selectedOn }) => [run!.id, selectedOn])).toEqual([
      [runs[sweep.chosenPoint!]!.id, SplitName.VALIDATION],
      [runs[sweep.chosenPoint!]!.id, SplitName.VALIDATION],
    ]);
  });

  it('trains an adapter in a frame, and one that was killed to the same bytes', async () => {
    const started: ComputeProcess[] = [];
    await system.startWorker({ started });
    const [adapter] = await system.adapters('L_LORA');
    const train = async (): Promise<TrainingRun> =>
      succeeded(
        await system.platform.services.trainAdapter(system.em, {
          base: adapter!.base.id,
          task: adapter!.task!.id,
          method: 'L_LORA',
          options: { batchSize: 8, epochs: 40, patience: 40 },
        }),
      );
    const first = await system.until(await train());
    expect(first.problem).toBeNull();
    const second = await train();
    await system.until(second, ({ progress }) => progress !== null);
    process.kill(started.findLast(({ alive }) => alive)!.pid!, 'SIGKILL');
    const resumed = await system.until(second);
    expect(resumed.state).toBe(RunState.SUCCEEDED);
    const digests = (await system.em.find(Adapter, { id: { $in: [first.output!.id, resumed.output!.id] } })).map(
      ({ digest }) => digest,
    );
    expect(digests).toHaveLength(2);
    expect(new Set(digests).size).toBe(1);
    expect(resumed.history.length).toBe(first.history.length);
  });

  it('scores specialists and the bare base once, however often that is asked for', async () => {
    await system.startWorker();
    const { services } = system.platform;
    const [specialist] = await system.em.find(Adapter, { origin: Origin.IMPORTED }, { populate: ['base'] });
    const tasks = [specialist!.task!.id];
    const ask = async (): Promise<readonly Evaluation[]> =>
      [
        succeeded(await services.evaluate(system.em, { adapter: specialist!.id, tasks })),
        succeeded(await services.evaluate(system.em, { base: specialist!.base.id, tasks })),
      ].flat();
    const evaluations = await ask();
    for (const evaluation of evaluations) await system.until(evaluation);
    expect((await ask()).map(({ id }) => id)).toEqual(evaluations.map(({ id }) => id));
    const scores = await system.em.find(Score, { evaluation: { $in: evaluations.map(({ id }) => id) } });
    expect(scores).toHaveLength(2);
  });
});
