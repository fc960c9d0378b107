import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { evaluate } from '../evaluation/index.js';
import { smallAdapterTraining, smallExamples } from './small-training.testing.js';
import { trainAdapter, type TrainAdapterOptions } from './train-adapter.js';

describe.each(testedBackends)('training an adapter on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  it.each(['LORA', 'L_LORA'] as const)('%s learns, the same twice, and leaves no tensor', async (method) => {
    const options = smallAdapterTraining(backend.tf, method);
    const first = await trainAdapter(options);
    expect(await trainAdapter(options)).toEqual(first);
    expect(backend.tf.memory().numTensors).toBe(0);
    expect(first.history.losses.at(-1)).toBeLessThan(first.history.losses[0]! / 2);
    expect(first.modules).toEqual([
      'vision_model.encoder.layers.0.mlp.fc2',
      'vision_model.encoder.layers.0.self_attn.v_proj',
      'vision_model.encoder.layers.1.mlp.fc2',
      'vision_model.encoder.layers.1.self_attn.v_proj',
    ]);
    expect(first.scale).toBe(2);
  });

  it('moves A in LORA and not a bit of it in L_LORA', async () => {
    const lora = await trainAdapter(smallAdapterTraining(backend.tf, 'LORA'));
    const linear = await trainAdapter(smallAdapterTraining(backend.tf, 'L_LORA'));
    expect(linear.frame).toEqual(lora.frame);
    for (const module of linear.modules) {
      expect(linear.updates.get(module)!.a).toEqual(linear.frame.get(module));
      expect(lora.updates.get(module)!.a).not.toEqual(lora.frame.get(module));
    }
  });

  it('returns the state of the lowest validation loss, and scoring it gives that loss', async () => {
    const options = smallAdapterTraining(backend.tf, 'LORA');
    const { updates, bestStep, history } = await trainAdapter(options);
    const best = history.validation.reduce((x, y) => (y.loss < x.loss ? y : x));
    expect(history.validation.map(({ step }) => step)).toEqual([5, 10, 15, 20, 24]);
    expect(bestStep).toBe(best.step);
    const { tf, model, head } = options;
    const examples = await options.task.readSplit('validation');
    const scored = await evaluate({ tf, model, head, examples, split: 'validation', updates });
    expect(scored.loss).toBeCloseTo(best.loss, 5);
    expect(scored.accuracy).toBeCloseTo(best.accuracy, 6);
  });

  it('stops when validation has not improved for as many looks as its patience', async () => {
    const options = smallAdapterTraining(backend.tf, 'LORA');
    // Labels of validation that contradict what is learned: its loss rises once the training has learned anything.
    const contrary = { ...smallExamples(24, 2), labels: smallExamples(24, 2).labels.map((label) => (label + 1) % 4) };
    const task = { readSplit: async (split: string) => (split === 'train' ? smallExamples(40, 1) : contrary) };
    const { history, bestStep } = await trainAdapter({ ...options, task, steps: 120, evaluateEvery: 4, patience: 2 });
    expect(history.losses.length).toBe(bestStep + 8);
    expect(history.losses.length).toBeLessThan(120);
  });

  it('never reads the test split', async () => {
    const options = smallAdapterTraining(backend.tf, 'L_LORA');
    const read: string[] = [];
    const task: TrainAdapterOptions['task'] = {
      readSplit(split) {
        read.push(split);
        return options.task.readSplit(split);
      },
    };
    await trainAdapter({ ...options, task, steps: 5 });
    expect(read).toEqual(['train', 'validation']);
  });

  it('hears an abort between two steps', async () => {
    const abort = new AbortController();
    const steps: number[] = [];
    const training = trainAdapter({
      ...smallAdapterTraining(backend.tf, 'LORA'),
      signal: abort.signal,
      onProgress({ step }) {
        steps.push(step);
        if (step === 3) abort.abort(new Error('enough'));
      },
    });
    await expect(training).rejects.toThrow('enough');
    expect(steps).toEqual([1, 2, 3]);
    expect(backend.tf.memory().numTensors).toBe(0);
  });
});

describe('the settings of a training', () => {
  let backend: SelectedBackend;
  let folder: string;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    folder = await mkdtemp(join(tmpdir(), 'crucible-training-'));
  });
  afterAll(async () => {
    backend.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it.each<[string, Partial<TrainAdapterOptions>, string]>([
    ['no steps', { steps: 0 }, 'TRAINING_OPTION_INVALID'],
    ['more warm-up than steps', { warmup: 25 }, 'TRAINING_OPTION_INVALID'],
    ['a rate that is no number', { learningRate: Number.NaN }, 'TRAINING_OPTION_INVALID'],
    ['a decay that turns signs', { weightDecay: 200 }, 'TRAINING_OPTION_INVALID'],
    ['a rank above the cap', { rank: 4097 }, 'TRAINING_OPTION_INVALID'],
    ['a broken rank', { rank: 1.5 }, 'TRAINING_OPTION_INVALID'],
    ['no alpha', { alpha: 0 }, 'TRAINING_OPTION_INVALID'],
    ['batches larger than the split', { batchSize: 41 }, 'TRAINING_OPTION_INVALID'],
    ['a frame that lacks a module', { frame: { factors: new Map() } }, 'TRAINING_OPTION_INVALID'],
    [
      'the authors’ typing error among good targets',
      { targetModules: ['v_porj', 'q_proj'] },
      'MODEL_TARGETS_UNMATCHED',
    ],
    ['no targets', { targetModules: [] }, 'MODEL_TARGETS_UNMATCHED'],
    ['a rate that makes it diverge', { learningRate: 1e30, weightDecay: 0, warmup: 0 }, 'TRAINING_DIVERGED'],
  ])('are refused: %s', async (_, change, code) => {
    const training = trainAdapter({ ...smallAdapterTraining(backend.tf, 'LORA'), ...change });
    await expect(training).rejects.toMatchObject({ code });
  });

  it('must be those of the checkpoint', async () => {
    const options = { ...smallAdapterTraining(backend.tf, 'LORA'), checkpointPath: join(folder, 'a.safetensors') };
    await trainAdapter({ ...options, steps: 5 });
    await expect(trainAdapter({ ...options, steps: 6 })).rejects.toMatchObject({ code: 'TRAINING_CHECKPOINT_FOREIGN' });
  });
});
