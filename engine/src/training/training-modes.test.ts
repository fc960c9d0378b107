import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { createScorer, type ScoredModel } from '../evaluation/index.js';
import { createKeyedRandom } from '../random/index.js';
import { imageProblem } from './image-problem.js';
import { smallAdapterTraining } from './small-training.testing.js';
import { modeOf, trainAdapter, type TrainAdapterOptions, type TrainingMethod } from './train-adapter.js';
import { openMode } from './training-mode.js';

type Change = Partial<TrainAdapterOptions>;
const MODES: readonly (readonly [string, TrainingMethod, Change])[] = [
  ['LoRA', 'LORA', {}],
  ['LoRA with dropout, rank-stabilized', 'LORA', { dropout: 0.3, rankStabilized: true }],
  ['LoRA with some modules linearized', 'LORA', { linearizedModules: ['layers.0.*', 'layers.1.mlp.fc2'] }],
  ['L-LoRA with dropout', 'L_LORA', { dropout: 0.3 }],
  ['LoRA linearized network-wide', 'NETWORK_LINEARIZED', {}],
  ['LoRA linearized network-wide with dropout', 'NETWORK_LINEARIZED', { dropout: 0.3 }],
  ['all weights', 'FULL', { targetModules: ['all'], learningRate: 3e-3 }],
  ['chosen weights', 'FULL', { targetModules: ['layers.1.*', 'visual_projection'], learningRate: 3e-3 }],
  ['all weights linearized', 'FULL_LINEARIZED', { targetModules: ['all'], learningRate: 3e-3 }],
];

describe('modes of fine-tuning', () => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
  });
  afterAll(() => backend.dispose());

  const optionsOf = (method: TrainingMethod, change: Change): TrainAdapterOptions => ({
    ...smallAdapterTraining(backend.tf, method),
    ...change,
  });

  // Central differences of step h and h / 2, extrapolated, against ⟨∇L, d⟩: what is left is h⁴, and 1e-7 / h of rounding.
  it.each(MODES)('have the gradient of their loss: %s', async (_, method, change) => {
    const options = optionsOf(method, change);
    const { trainee } = openMode(backend.tf, imageProblem(options), modeOf(options), options.seed);
    try {
      const random = createKeyedRandom(3);
      const train = await imageProblem(options).readSplit('train');
      const batch = train.batch(Uint32Array.from({ length: 12 }, (_, i) => i));
      const draw = { step: 4, part: 1 };
      const start = new Map<string, Float32Array>();
      for (const [name, { values }] of trainee.trained) {
        const size = method.startsWith('FULL') ? 0.02 : 0.2;
        const moved = random.normal(['start', name], values.length);
        values.forEach((value, i) => (values[i] = value + size * moved[i]!));
        start.set(name, values.slice());
      }
      trainee.refresh();
      const { gradients } = await trainee.differentiate(batch, draw);
      const directions = new Map(
        [...start].map(([name, { length }]) => [name, random.normal(['direction', name], length)] as const),
      );
      let slope = 0;
      let squares = 0;
      for (const [name, direction] of directions) {
        direction.forEach((d, i) => {
          slope += d * (gradients.get(name)?.[i] ?? 0);
          squares += d * d;
        });
      }
      const lossAt = async (by: number): Promise<number> => {
        for (const [name, { values }] of trainee.trained) {
          const direction = directions.get(name)!;
          start.get(name)!.forEach((value, i) => (values[i] = value + by * direction[i]!));
        }
        trainee.refresh();
        return (await trainee.differentiate(batch, draw)).loss;
      };
      const central = async (h: number): Promise<number> => ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
      const measured = (4 * (await central(1e-3)) - (await central(2e-3))) / 3;
      expect(squares).toBeGreaterThan(0);
      expect(Math.abs(slope)).toBeGreaterThan(0.05);
      expect(Math.abs(measured - slope) / Math.abs(slope)).toBeLessThan(0.01);
    } finally {
      trainee.dispose();
    }
    expect(backend.tf.memory().numTensors).toBe(0);
  });

  it.each(MODES)('learn, and give what validation saw when the result is scored: %s', async (_, method, change) => {
    const options = optionsOf(method, change);
    const { updates, history, bestStep } = await trainAdapter(options);
    const best = history.validation.find(({ step }) => step === bestStep)!;
    expect(best.loss).toBeLessThan(history.validation[0]!.loss * 1.0001);
    expect(history.losses.at(-1)).toBeLessThan(history.losses[0]!);
    const { tf, model, head } = options;
    const scorer = createScorer({ tf, model });
    const scored: ScoredModel = method.endsWith('LINEARIZED')
      ? scorer.withTangent(updates)
      : scorer.withUpdates(updates);
    const examples = await options.task.readSplit('validation');
    const { loss, accuracy } = await scored.evaluate({ examples, head, split: 'validation' });
    scored.dispose();
    scorer.dispose();
    expect(loss).toBeCloseTo(best.loss, 4);
    expect(accuracy).toBeCloseTo(best.accuracy, 6);
    expect(tf.memory().numTensors).toBe(0);
  });

  it('linearize the modules that patterns name, and no others', async () => {
    const linearizedModules = ['layers.0.*'];
    const result = await trainAdapter(optionsOf('LORA', { linearizedModules }));
    const chosen = result.modules.filter((name) => name.includes('layers.0.'));
    expect(result.linearizedModules).toEqual(chosen);
    for (const [name, { a }] of result.updates) {
      const moved = a.some((value, i) => value !== result.frame.get(name)![i]);
      expect(moved).toBe(!chosen.includes(name));
    }
  });

  it('are LoRA where nothing is linearized, and L-LoRA where everything is', async () => {
    const none = await trainAdapter(optionsOf('LORA', { linearizedModules: [] }));
    expect(none).toEqual(await trainAdapter(optionsOf('LORA', {})));
    const all = await trainAdapter(optionsOf('LORA', { linearizedModules: ['*'] }));
    expect(all).toEqual(await trainAdapter(optionsOf('L_LORA', {})));
  });

  it('of a step with two batches see what one batch of twice the size sees', async () => {
    const once = await trainAdapter(optionsOf('LORA', { batchSize: 16, steps: 6 }));
    const twice = await trainAdapter(optionsOf('LORA', { batchSize: 8, accumulate: 2, steps: 6 }));
    // Float32 rounding of sums, which the first steps of AdamW enlarge where a gradient is near 0.
    once.history.losses.forEach((loss, step) => expect(twice.history.losses[step]).toBeCloseTo(loss, 4));
  });

  it('scale by alpha / √rank where that is asked for', async () => {
    const { scale } = await trainAdapter(optionsOf('LORA', { rank: 4, alpha: 8, rankStabilized: true, steps: 5 }));
    expect(scale).toBe(4);
  });

  it('go on from given factors, whatever their scale', async () => {
    const first = await trainAdapter(optionsOf('L_LORA', { steps: 6, evaluateEvery: undefined }));
    const frame = { factors: first.frame };
    const start = new Map(
      [...first.updates].map(([name, update]) => [name, { ...update, b: update.b.map((x) => x / 4), scale: 8 }]),
    );
    const options = optionsOf('L_LORA', {
      frame,
      start,
      steps: 1,
      evaluateEvery: undefined,
      learningRate: 1e-30,
      warmup: 0,
    });
    const { updates } = await trainAdapter({ ...options, weightDecay: 0 });
    for (const [name, { b }] of updates) expect(b).toEqual(first.updates.get(name)!.b);
  });

  it.each<[string, TrainingMethod, Change, string]>([
    ['a dropout that keeps nothing', 'LORA', { dropout: 1 }, 'TRAINING_OPTION_INVALID'],
    ['dropout of whole weights', 'FULL', { dropout: 0.1 }, 'TRAINING_OPTION_INVALID'],
    ['modules to linearize where all are', 'L_LORA', { linearizedModules: ['fc2'] }, 'TRAINING_OPTION_INVALID'],
    ['modules to linearize that are no targets', 'LORA', { linearizedModules: ['fc1'] }, 'MODEL_TARGETS_UNMATCHED'],
    ['no batches a step', 'LORA', { accumulate: 0 }, 'TRAINING_OPTION_INVALID'],
    ['too many batches a step', 'LORA', { accumulate: 4097 }, 'TRAINING_OPTION_INVALID'],
    ['a negative penalty', 'LORA', { regularizers: { norm: -1 } }, 'TRAINING_OPTION_INVALID'],
    ['weights that are not there', 'FULL', { targetModules: ['layers.7.*'] }, 'MODEL_TARGETS_UNMATCHED'],
  ])('refuse %s', async (_, method, change, code) => {
    await expect(trainAdapter(optionsOf(method, change))).rejects.toMatchObject({ code });
    expect(backend.tf.memory().numTensors).toBe(0);
  });
});
