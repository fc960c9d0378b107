import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWeightsPlane, disentanglementMap, imageSubject, type Subject } from '@crucible/engine/analyses';
import { selectBackend } from '@crucible/engine/backend';
import { imageEncoder, loadVisionModel, ModelWeights } from '@crucible/engine/models';
import { openTask, openTaskHead } from '@crucible/engine/tasks';
import type { AnalysisData, AnalysisDataOf } from '../compute/analysis-protocol.js';
import { readAdapter } from '../compute/read-adapter.js';
import {
  Analysis,
  BaseModel,
  FusionSpaceName,
  RunState,
  SplitName,
  Task,
  TaskHead,
  type Adapter,
  type OptionCurveAnalysis,
} from '../entities/index.js';
import type { Problem } from '../services/index.js';
import { succeeded, TestSystem } from '../testing/test-system.js';
import { modelFolder } from '../worker/model-folder.js';
import { askCosine, askDisentanglement, askLandscape, askOptionCurve, askTangentDistance, readData } from './index.js';
import { analysisCsv } from './to-csv.js';

const NOBODY = '01890000-0000-7000-8000-000000000000';
const SMALL = { from: -2, to: 2, steps: 5 };

describe('analyses', () => {
  let system: TestSystem;
  let lora: readonly Adapter[];
  let linear: readonly Adapter[];
  beforeAll(async () => {
    system = await TestSystem.start();
    [lora, linear] = [await system.adapters('LORA'), await system.adapters('L_LORA')];
  });
  afterAll(() => system.dispose());

  const context = () => {
    const { plugins, queue, blobs, backend } = system.platform;
    return { plugins, queue, blobs, backend: backend.name };
  };
  const plane = (adapters: readonly Adapter[]) => ({ left: adapters[0]!.id, right: adapters[1]!.id });
  const map = (input: object = {}) =>
    askDisentanglement(system.em, context(), { ...plane(lora), axis: SMALL, ...input });
  const landscape = (input: object = {}) => askLandscape(system.em, context(), { ...plane(lora), ...input });
  const tangent = (input: object = {}) => askTangentDistance(system.em, context(), { adapter: lora[0]!.id, ...input });
  const curve = (input: object = {}) =>
    askOptionCurve(system.em, context(), {
      adapters: lora.map(({ id }) => ({ adapter: id })),
      strategy: { id: 'taskArithmetic', options: {} },
      axes: [{ option: 'lambda', values: [1, 0, 0.5] }],
      ...input,
    });
  const cosine = (adapters = [...lora, ...linear]) =>
    askCosine(system.em, context(), { adapters: adapters.map(({ id }) => id) });
  const finished = async <Job extends Analysis>(outcome: Job | Problem): Promise<Job> => {
    const job = (await system.until(succeeded(outcome) as unknown as Analysis)) as Job;
    expect(job).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    return job;
  };
  const dataOf = async <Kind extends AnalysisData['kind']>(job: Analysis): Promise<AnalysisDataOf<Kind>> =>
    (await readData<Kind>(system.platform.blobs, job))!;

  it.each<[string, () => Promise<object>, string]>([
    ['an adapter that is not there', () => map({ left: NOBODY }), 'NOT_FOUND'],
    ['a task that is not there', () => map({ leftTask: NOBODY }), 'NOT_FOUND'],
    ['an adapter with itself', () => map({ right: lora[0]!.id }), 'ADAPTER_TWICE'],
    ['a grid without points', () => map({ axis: { from: 1, to: 1, steps: 3 } }), 'ANALYSES_GRID_INVALID'],
    ['more steps than the cap', () => map({ axis: { ...SMALL, steps: 102 } }), 'QUOTA_EXCEEDED'],
    ['more examples than the cap', () => map({ examples: 100_001 }), 'QUOTA_EXCEEDED'],
    ['more images than the cap', () => map({ axis: { ...SMALL, steps: 101 }, examples: 10_000 }), 'QUOTA_EXCEEDED'],
    ['no examples', () => landscape({ examples: 0 }), 'OPTIONS_INVALID'],
    ['a negative seed', () => landscape({ seed: -1 }), 'SEED_INVALID'],
    ['a frame that there is not', () => landscape({ space: FusionSpaceName.FRAME }), 'SPACE_NOT_OFFERED'],
    ['cores of sums', () => landscape({ space: FusionSpaceName.CORE }), 'SPACE_NOT_OFFERED'],
    ['a landscape axis that falls', () => landscape({ y: { from: 1, to: 0, steps: 3 } }), 'ANALYSES_GRID_INVALID'],
    ['tangents of nobody', () => tangent({ adapter: NOBODY }), 'NOT_FOUND'],
    ['a name that is too long', () => tangent({ name: 'x'.repeat(201) }), 'QUOTA_EXCEEDED'],
    [
      'a curve over two options',
      () => curve({ axes: [1, 2].map((n) => ({ option: `o${n}`, values: [0, 1] })) }),
      'AXES_INVALID',
    ],
    ['a curve of one value', () => curve({ axes: [{ option: 'lambda', values: [1, 1] }] }), 'AXES_INVALID'],
    ['a curve over words', () => curve({ axes: [{ option: 'lambda', values: ['a', 'b'] }] }), 'AXES_INVALID'],
    [
      'more values than the cap',
      () => curve({ axes: [{ option: 'lambda', values: Array.from({ length: 102 }, (_, i) => i) }] }),
      'QUOTA_EXCEEDED',
    ],
    [
      'a value that the option does not take',
      () => curve({ strategy: { id: 'ties', options: {} }, axes: [{ option: 'density', values: [0.5, 7] }] }),
      'OPTIONS_INVALID',
    ],
    [
      'a curve of a search',
      () => curve({ strategy: { id: 'loraHub', options: {} }, axes: [{ option: 'l1', values: [0, 1] }] }),
      'STRATEGY_UNSUITED',
    ],
    ['a strategy that is not there', () => curve({ strategy: { id: 'nothing', options: {} } }), 'STRATEGY_UNAVAILABLE'],
    ['one adapter alone', () => cosine([lora[0]!]), 'ADAPTERS_MISSING'],
    ['more adapters than the cap', () => cosine(Array.from({ length: 33 }, () => lora[0]!)), 'QUOTA_EXCEEDED'],
  ])('refuse %s', async (_, ask, code) => {
    expect(JSON.stringify(await ask())).toContain(code);
    expect(await system.em.count(Analysis)).toBe(0);
  });

  it('are queued once for equal questions, whatever they are called', async () => {
    const first = succeeded(await map({ name: 'one' }));
    const [second, third] = await Promise.all([map({ name: 'two' }), map({ space: FusionSpaceName.DELTA })]);
    expect([succeeded(second).id, succeeded(third).id]).toEqual([first.id, first.id]);
    const others = [
      map({ seed: 1 }),
      map({ split: SplitName.VALIDATION }),
      map({ left: lora[1]!.id, right: lora[0]!.id }),
    ];
    const prints = (await Promise.all(others)).map((each) => succeeded(each).fingerprint);
    expect(new Set([first.fingerprint, ...prints]).size).toBe(4);
    for (const job of await system.em.find(Analysis, {})) await system.platform.services.cancel(system.em, job.id);
    // What was cancelled answers nothing.
    expect(succeeded(await map()).id).not.toBe(first.id);
  });

  it('map the disentanglement error that the mathematics gives, the same bytes each time', async () => {
    await system.startWorker();
    const job = await finished(await map());
    const found = await dataOf<'DISENTANGLEMENT'>(job);
    expect(found).toMatchObject({ axis: [-2, -1, 0, 1, 2], examples: [9, 9], passes: 25, form: 'DELTA', images: 450 });
    expect(job.imagesPerSecond).toBeGreaterThan(0);

    // Directly, from the same files.
    const { blobs } = system.platform;
    const { tf, dispose } = await selectBackend({ backend: 'wasm' });
    const em = system.em;
    const base = (await em.findAll(BaseModel))[0]!;
    const model = await loadVisionModel(await modelFolder(blobs, system.database.home, base));
    const weights = new ModelWeights(tf, model.parameters);
    const subjects: Subject[] = [];
    for (const { task: ref } of lora) {
      const task = await em.findOneOrFail(Task, { id: ref!.id });
      const head = await em.findOneOrFail(TaskHead, { task: task.id });
      const file = await openTask(await blobs.locate(task.digest));
      const examples = await file.readSplit('test');
      await file.close();
      subjects.push(
        imageSubject({
          tf,
          encoder: imageEncoder(model),
          name: task.name,
          examples,
          head: await openTaskHead(await blobs.locate(head.digest)),
        }),
      );
    }
    const vectors = await Promise.all(
      lora.map(async ({ digest }) => (await readAdapter(await blobs.locate(digest))).updates),
    );
    const direct = createWeightsPlane({ tf, base: weights, vectors, space: 'DELTA' });
    const expected = await disentanglementMap({ plane: direct, subjects: [subjects[0]!, subjects[1]!], axis: SMALL });
    direct.dispose();
    weights.dispose();
    dispose();
    expect(found).toMatchObject(JSON.parse(JSON.stringify(expected)) as object);

    await system.platform.services.remove(system.em, job.id);
    const again = await finished(await map());
    expect(again.id).not.toBe(job.id);
    expect(again.digest).toBe(job.digest);
  });

  it('add up adapters of one frame in the frame, and factors where that is asked for', async () => {
    const frame = await dataOf<'DISENTANGLEMENT'>(await finished(await map(plane(linear))));
    expect(frame).toMatchObject({ form: 'FRAME', shared: { linearity: 'LAYERS' } });
    const inFactors = await dataOf<'DISENTANGLEMENT'>(
      await finished(await map({ ...plane(linear), space: FusionSpaceName.FACTOR })),
    );
    // With one A0 both are the same.
    expect(inFactors.form).toBe('FACTOR');
    expect(inFactors.error).toEqual(frame.error);
    const factors = await dataOf<'DISENTANGLEMENT'>(await finished(await map({ space: FusionSpaceName.FACTOR })));
    expect(factors).toMatchObject({ form: 'FACTOR', shared: { linearity: 'NONE' } });
  });

  it('map losses with the scores of base and adapters in their places', async () => {
    const axis = { from: 0, to: 1, steps: 2 };
    const job = await finished(await landscape({ x: axis, y: axis }));
    const { tasks } = await dataOf<'LOSS_LANDSCAPE'>(job);
    expect(tasks.map(({ name, examples }) => [name, examples])).toEqual([
      ['left', 9],
      ['right', 9],
    ]);
    const evaluations = succeeded(
      await system.platform.services.evaluate(system.em, {
        adapter: lora[0]!.id,
        tasks: job.tasks.map(({ id }) => id),
      }),
    );
    for (const [index, evaluation] of evaluations.entries()) {
      expect(await system.until(evaluation)).toMatchObject({ problem: null });
      const [score] = await system.em.execute<{ value: number; loss: number }[]>(
        'select value, loss from score where evaluation_id = ?',
        [evaluation.id],
      );
      expect(tasks[index]!.accuracy[1]![0]).toBe(score!.value);
      expect(tasks[index]!.loss[1]![0]).toBeCloseTo(score!.loss, 4);
    }
  });

  it('find L-LoRA on its own tangent, and LoRA beside it', async () => {
    const moved = await dataOf<'TANGENT_DISTANCE'>(await finished(await tangent()));
    const still = await dataOf<'TANGENT_DISTANCE'>(await finished(await tangent({ adapter: linear[0]!.id })));
    expect([moved.reference, still.reference, still.examples]).toEqual(['FRAME', 'FRAME', 12]);
    expect(still.modules.every(({ own }) => own === 0)).toBe(true);
    expect(still.output.moduleWise).toBe(0);
    expect(moved.modules.every(({ own }) => own! > 0.1)).toBe(true);
    expect(moved.output.moduleWise).toBeGreaterThan(0);
  });

  it('draw curves whose points are the scores of runs, and choose on validation', async () => {
    const job = await finished<OptionCurveAnalysis>(await curve());
    const { points, chosen } = await dataOf<'OPTION_CURVE'>(job);
    expect(points.map(({ value }) => value)).toEqual([0, 0.5, 1]);
    expect(chosen).toBe(
      points.findIndex(({ validation }) => validation.mean === Math.max(...points.map((p) => p.validation.mean))),
    );
    for (const [index, lambda] of [[1, 0.5]] as const) {
      for (const split of [SplitName.VALIDATION, SplitName.TEST]) {
        const run = await system.until(
          succeeded(
            await system.platform.services.fuse(system.em, {
              adapters: lora.map(({ id }) => ({ adapter: id })),
              strategy: { id: 'taskArithmetic', options: { lambda } },
              evaluationSplit: split,
            }),
          ),
        );
        expect(run.problem).toBeNull();
        const scores = await system.em.execute<{ value: number; task: string }[]>(
          'select value, task.name as task from score join task on task.id = score.task_id where run_id = ?',
          [run.id],
        );
        const own = points[index]![split === SplitName.TEST ? 'test' : 'validation'];
        expect(own.tasks.map(({ accuracy }) => accuracy)).toEqual(
          job.tasks.map(({ name }) => scores.find(({ task }) => task === name)!.value),
        );
      }
    }
    const density = await finished(
      await curve({
        strategy: { id: 'ties', options: {} },
        axes: [{ option: 'density', values: [0.2, 1] }],
        examples: 5,
      }),
    );
    const { points: two } = await dataOf<'OPTION_CURVE'>(density);
    expect(two.map(({ test }) => test.tasks.map(({ n }) => n))).toEqual([
      [5, 5],
      [5, 5],
    ]);
  });

  it('keep the cosines that the similarity query tells', async () => {
    const job = await finished(await cosine());
    const { cosine: matrix, norms } = await dataOf<'COSINE'>(job);
    expect(norms).toHaveLength(4);
    matrix.forEach((row, i) => {
      expect(row[i]).toBe(1);
      row.forEach((value, j) => expect(value).toBe(matrix[j]![i]));
    });
    expect(job.imagesPerSecond).toBeNull();
    const csv = analysisCsv(
      await dataOf(job),
      job.members.map(({ name }) => name),
      [],
    );
    expect(csv.split('\r\n')).toHaveLength(18);
    expect(csv).toContain(`left LORA,right LORA,${matrix[0]![1]}`);
    expect(JSON.parse(await readFile(await system.platform.blobs.locate(job.digest!), 'utf8'))).toMatchObject({
      kind: 'COSINE',
    });
  });

  it('go on from what an earlier attempt left, and clear it away', async () => {
    const input = { axis: SMALL, seed: 7 };
    const asked = succeeded(await map(input));
    const folder = join(system.database.home, 'checkpoints', asked.fingerprint);
    await system.platform.services.cancel(system.em, asked.id);
    await system.until(asked as unknown as Analysis);
    // One batch of the first task is done, and all of its predictions were disturbed: which the data then tells.
    await mkdir(folder, { recursive: true });
    const counts = (each: number): number[] => Array.from({ length: 25 }, () => each);
    const state = { batches: 1, left: counts(9), right: counts(0) };
    await writeFile(join(folder, 'analysis.json'), JSON.stringify({ seconds: 1000, state }));
    const again = await finished(await map(input));
    expect(again.fingerprint).toBe(asked.fingerprint);
    const { left, right } = await dataOf<'DISENTANGLEMENT'>(again);
    expect(left.flat()).toEqual(counts(1));
    expect(right[2]).toEqual([0, 0, 0, 0, 0]);
    // The seconds of the earlier attempt count.
    expect(again.imagesPerSecond).toBeLessThan(1);
    expect(existsSync(folder)).toBe(false);
  });

  it('end when they are cancelled', async () => {
    const job = succeeded(await map({ axis: { from: -2, to: 2, steps: 101 }, seed: 8 }));
    await system.until(job as unknown as Analysis, ({ progress }) => progress !== null);
    await system.platform.services.cancel(system.em, job.id);
    const ended = await system.until(job as unknown as Analysis);
    expect(ended).toMatchObject({ state: RunState.CANCELLED, digest: null });
  });
});
