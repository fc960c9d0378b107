import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { readTensors } from '../backend/read-tensors.testing.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { deviation, goldenFolder, readGoldenCase } from '../models/golden.testing.js';
import { openModel, predictsTokens, type Model } from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';
import { imageProblem } from './image-problem.js';
import { languageProblem } from './language-problem.js';
import type { LearningProblem } from './learning-problem.js';
import { SMALL_CONFIG, smallAdapterTraining, smallExamples } from './small-training.testing.js';
import { textProblem } from './text-problem.js';
import { trainOnProblem, type TrainOnProblemOptions } from './train-on-problem.js';
import type { TrainingMode } from './training-mode.js';

interface Recorded {
  readonly r: number;
  readonly loraAlpha: number;
  readonly targetModules: readonly string[];
  readonly lr: number;
  readonly steps: number;
  readonly texts: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly answers: readonly (readonly number[])[];
}

const readRecorded = (name: string): Recorded => {
  const file = join(goldenFolder, 'training', name, 'case.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly parameters: Recorded }).parameters;
};

describe.each(testedBackends)('learning problems of every family on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  function problemOf(model: Model, { texts, labels, answers }: Recorded): LearningProblem {
    if (!predictsTokens(model)) {
      return textProblem({
        model,
        readSplit: async () => ({ texts, labels: Int32Array.from(labels) }),
      }) as LearningProblem;
    }
    return languageProblem({ model, readSplit: async () => ({ prompts: texts, answers }) }) as LearningProblem;
  }

  const train = async (
    name: string,
    mode: (recorded: Recorded, a0: ReadonlyMap<string, Float32Array>) => TrainingMode,
  ) => {
    const recorded = readRecorded(name);
    const golden = await readGoldenCase(`training/${name}`);
    const problem = problemOf(await openModel(join(goldenFolder, 'models', name)), recorded);
    const a0 = new Map(
      [...golden.expected].flatMap(([key, values]) => (key.startsWith('A0/') ? [[key.slice(3), values] as const] : [])),
    );
    const options: TrainOnProblemOptions<unknown> = {
      tf: backend.tf,
      problem,
      mode: mode(recorded, a0),
      learningRate: recorded.lr,
      steps: recorded.steps,
      schedule: 'CONSTANT',
      batchSize: recorded.texts.length,
      warmup: 0,
      weightDecay: 0,
      seed: 1,
    };
    return { ...golden, recorded, outcome: await trainOnProblem(options) };
  };

  // Reference: transformers 5.18, PEFT 0.21 and torch's AdamW; six steps on one batch of four examples of unequal length.
  it.each(['bert-classifier', 'gpt2', 'llama', 't5-flan'])('LoRA trains %s as PEFT does', async (name) => {
    const { outcome, expected, tolerance } = await train(name, ({ r, loraAlpha, targetModules }, a0) => ({
      kind: 'FACTORS',
      rank: r,
      alpha: loraAlpha,
      targetModules,
      frame: { factors: a0 },
      linearization: 'NONE',
    }));
    expect(deviation(outcome.history.losses, expected.get('losses')!, tolerance)).toBeLessThanOrEqual(1);
    // A step of AdamW is of the rate's size wherever a gradient is not 0: where it nearly is, rounding decides its sign.
    const factors = { atol: 2e-3, rtol: 1e-3 };
    for (const [module, { a, b, layout }] of outcome.updates) {
      expect(deviation(a, expected.get(`A/${module}`)!, factors)).toBeLessThanOrEqual(1);
      expect(deviation(b, expected.get(`B/${module}`)!, factors)).toBeLessThanOrEqual(1);
      expect(layout).toBe(name === 'gpt2' ? 'TRANSPOSED' : undefined);
    }
    expect(backend.tf.memory().numTensors).toBe(0);
  });

  it.each(['bert-classifier', 'gpt2', 'llama', 't5-flan'])('every mode learns on %s', async (name) => {
    const factors =
      (linearization: 'MODULE' | 'NETWORK') => (recorded: Recorded, a0: ReadonlyMap<string, Float32Array>) =>
        ({
          kind: 'FACTORS',
          rank: recorded.r,
          alpha: recorded.loraAlpha,
          targetModules: recorded.targetModules,
          frame: { factors: a0 },
          linearization,
          dropout: 0.1,
        }) as const;
    const weights = (linearization: 'NONE' | 'NETWORK') => () =>
      ({ kind: 'WEIGHTS', targetModules: ['all'], linearization }) as const;
    for (const mode of [factors('MODULE'), factors('NETWORK'), weights('NONE'), weights('NETWORK')]) {
      const { losses } = (await train(name, mode)).outcome.history;
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
    }
    expect(backend.tf.memory().numTensors).toBe(0);
  });

  it('a gradient of logits goes back through the cosine head as the loss’s own does', async () => {
    const { tf } = backend;
    const { model, task, head } = smallAdapterTraining(tf, 'LORA');
    const problem = imageProblem({ model, task, head });
    const batch = (await problem.readSplit('train')).batch(Uint32Array.of(0, 1, 2, 3, 4));
    const embeddings = createKeyedRandom(4).normal(['e'], 5 * SMALL_CONFIG.projectionSize);
    const [own, through] = await readTensors(tf, () => {
      const output = tf.tensor2d(embeddings, [5, SMALL_CONFIG.projectionSize]);
      const { logits, back } = problem.logits(tf, output, batch);
      const labels = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), head.classes);
      const gradient = tf.div(tf.sub(tf.softmax(logits), labels), 5);
      return [problem.loss(tf, output, batch).gradient, back(gradient)];
    });
    expect(deviation(through!, own!, { atol: 1e-5, rtol: 1e-5 })).toBeLessThanOrEqual(1);
  });

  it('refuses labels that name no class, and images where a model reads text', async () => {
    const { model, head } = smallAdapterTraining(backend.tf, 'LORA');
    const wrong = { ...smallExamples(4, 1), labels: Int32Array.of(0, 1, 2, 4) };
    const problem = imageProblem({ model, head, task: { readSplit: async () => wrong } });
    await expect(problem.readSplit('train')).rejects.toMatchObject({ code: 'TRAINING_OPTION_INVALID' });
    const text = await openModel(join(goldenFolder, 'models/bert-classifier'));
    const task = { readSplit: async () => smallExamples(4, 1) };
    expect(() => imageProblem({ model: text, task })).toThrow('bert');
    const answers = { prompts: [[1, 2]], answers: [[]] };
    const language = languageProblem({
      model: await openModel(join(goldenFolder, 'models/gpt2')),
      readSplit: async () => answers,
    });
    await expect(language.readSplit('train')).rejects.toMatchObject({ code: 'TRAINING_OPTION_INVALID' });
  });
});
