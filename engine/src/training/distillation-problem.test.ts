import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { evaluate } from '../evaluation/index.js';
import type { LowRankUpdates } from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';
import type { Examples } from '../tasks/index.js';
import { partOrder } from './batch-order.js';
import { distillationProblem, type DistilledTask } from './distillation-problem.js';
import { imageProblem } from './image-problem.js';
import { smallAdapterTraining, smallExamples } from './small-training.testing.js';
import { modeOf, trainAdapter, type TrainAdapterOptions } from './train-adapter.js';
import { trainOnProblem } from './train-on-problem.js';

describe('distillation', () => {
  let backend: SelectedBackend;
  let options: readonly TrainAdapterOptions[];
  let teachers: readonly LowRankUpdates[];
  /** Two tasks on the same images with heads of their own; the second has its classes turned round. */
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    const first = { ...smallAdapterTraining(backend.tf, 'L_LORA'), steps: 60, evaluateEvery: undefined };
    const turned = (split: Examples): Examples => ({ ...split, labels: split.labels.map((label) => 3 - label) });
    const splits = { train: turned(smallExamples(36, 21)), validation: turned(smallExamples(20, 22)) };
    const task: TrainAdapterOptions['task'] = { readSplit: async (split) => splits[split as 'train' | 'validation'] };
    const weight = createKeyedRandom(26).normal(['head'], first.head.weight.length);
    options = [first, { ...first, task, head: { ...first.head, weight } }];
    teachers = await Promise.all(options.map(async (each) => (await trainAdapter(each)).updates));
  });
  afterAll(() => backend.dispose());

  const tasksOf = (change: (split: Examples) => Examples = (split) => split): readonly DistilledTask[] =>
    options.map((each, i) => ({
      problem: imageProblem({
        ...each,
        task: { readSplit: async (split) => change(await each.task.readSplit(split)) },
      }),
      teacher: teachers[i]!,
    }));
  const average = (): LowRankUpdates =>
    new Map(
      [...teachers[0]!].map(([name, update]) => {
        const other = teachers[1]!.get(name)!.b;
        return [name, { ...update, b: update.b.map((x, i) => (x + other[i]!) / 2) }];
      }),
    );
  const distil = (tasks: readonly DistilledTask[], start: LowRankUpdates, steps: number, learningRate = 1e-2) =>
    trainOnProblem({
      ...options[0]!,
      learningRate,
      problem: distillationProblem({ tf: backend.tf, tasks }),
      mode: modeOf({ ...options[0]!, start }),
      batchSize: 12,
      accumulate: 2,
      steps,
      warmup: 0,
      weightDecay: 0,
      evaluateEvery: steps,
    });

  it('has no loss and no gradient where the student is the teacher', async () => {
    // Frozen in place by a rate of nearly 0: what a step sees is the teacher itself.
    const { history, updates } = await distil(tasksOf().slice(0, 1), teachers[0]!, 3, 1e-30);
    for (const loss of history.losses) expect(Math.abs(loss)).toBeLessThan(1e-5);
    expect(history.validation[0]!.loss).toBeLessThan(1e-9);
    expect(history.validation[0]!.accuracy).toBe(1);
    for (const [name, { b }] of updates) expect(b).toEqual(teachers[0]!.get(name)!.b);
  });

  it('has the gradient of its loss', async () => {
    const { tf } = backend;
    const problem = distillationProblem({ tf, tasks: tasksOf(), temperature: 3 });
    const batch = (await problem.readSplit('train')).batch(Uint32Array.of(40, 41, 42));
    expect(batch.task).toBe(1);
    const embeddings = createKeyedRandom(4).normal(['e'], 3 * 8);
    const direction = createKeyedRandom(5).normal(['d'], 3 * 8);
    const at = (by: number): { readonly loss: number; readonly slope: number } => {
      const { loss, gradient } = tf.tidy(() => {
        const moved = embeddings.map((x, i) => x + by * direction[i]!);
        return { ...problem.loss(tf, tf.tensor2d(moved, [3, 8]), batch) };
      });
      const slope = gradient.dataSync<'float32'>().reduce((sum, g, i) => sum + g * direction[i]!, 0);
      const value = loss.dataSync()[0]!;
      tf.dispose([loss, gradient]);
      return { loss: value, slope };
    };
    const h = 1e-2;
    const measured = (at(h).loss - at(-h).loss) / (2 * h);
    expect(Math.abs(measured - at(0).slope)).toBeLessThan(2e-3 * Math.abs(measured));
  });

  it('brings a fused adapter nearer to its specialists, and up on their tasks', async () => {
    const { updates, history } = await distil(tasksOf(), average(), 60);
    expect(history.losses.at(-1)).toBeLessThan(history.losses[0]! / 2);
    const accuracyOf = async (adapter: LowRankUpdates): Promise<number> => {
      let sum = 0;
      for (const { tf, model, head, task } of options) {
        const examples = await task.readSplit('validation');
        sum += (await evaluate({ tf, model, head, examples, split: 'validation', updates: adapter })).accuracy / 2;
      }
      return sum;
    };
    expect(await accuracyOf(updates)).toBeGreaterThan(await accuracyOf(average()));
    for (const [name, { a }] of updates) expect(a).toEqual(teachers[0]!.get(name)!.a);
    expect(backend.tf.memory().numTensors).toBe(0);
  });

  it('never looks at a label', async () => {
    const relabelled = tasksOf((split) => ({ ...split, labels: split.labels.map((label) => (label * 7 + 2) % 4) }));
    const [one, two] = [await distil(tasksOf(), average(), 6), await distil(relabelled, average(), 6)];
    expect(two).toEqual(one);
  });

  it('takes batches of one task at a time, in turn, and all examples of each', () => {
    const order = partOrder(3, [6, 4], 2);
    const seen = Array.from({ length: 6 }, (_, batch) => [...order(batch)]);
    seen.forEach((batch, i) => expect(batch.every((index) => index >= 6)).toBe(i % 2 === 1));
    expect([0, 2, 4].flatMap((i) => seen[i]!).toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('refuses to learn from nobody', () => {
    expect(() => distillationProblem({ tf: backend.tf, tasks: [] })).toThrow('expected at least one');
    const zero = { tf: backend.tf, tasks: tasksOf(), temperature: 0 };
    expect(() => distillationProblem(zero)).toThrow('a number above 0');
  });
});
