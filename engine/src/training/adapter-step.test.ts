import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { extractPatches, ModelWeights } from '../models/index.js';
import { imageProblem } from './image-problem.js';
import {
  deviation,
  GOLDEN_RANK,
  GOLDEN_SCALE,
  readGoldenCase,
  readLoraGolden,
  type LoraGolden,
} from '../models/golden.testing.js';
import { differentiateAdapter, stepAdapter, type TrainedModule } from './adapter-step.js';
import { createMoments, stepAdamW } from './adamw.js';
import { openMode } from './training-mode.js';

describe.each(testedBackends)('ten steps of AdamW on %s', (backendName) => {
  let backend: SelectedBackend;
  let golden: LoraGolden;
  let weights: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
    golden = await readLoraGolden();
    weights = new ModelWeights(backend.tf, golden.model.parameters);
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });

  const batchOf = (modules: ReadonlyMap<string, TrainedModule>, images: readonly number[]) => {
    const { pixels, labels } = golden.images;
    const { config, preprocessing } = golden.model;
    const all = { count: 10, height: 28, width: 28, channels: 3, pixels };
    const head = { ...golden.head, projection: 16, logitScale: 8 };
    const task = { readSplit: () => Promise.reject(new Error('the batches are given')) };
    return {
      tf: backend.tf,
      problem: imageProblem({ model: golden.model, task, head }),
      weights,
      modules,
      batch: {
        patches: extractPatches(config, all, preprocessing, images),
        labels: Int32Array.from(images, (index) => labels[index]!),
      },
    };
  };

  // Reference: PEFT 0.21 and the L-LoRA authors' wrapper with torch's AdamW; tolerances in each case.json.
  it.each([
    ['train-lora', { trainsA: true, linearized: false, weightDecay: 0 }],
    ['train-frozen-a', { trainsA: false, linearized: false, weightDecay: 0 }],
    ['train-llora', { trainsA: false, linearized: true, weightDecay: 0 }],
    ['train-llora-decay', { trainsA: false, linearized: true, weightDecay: 0.1 }],
  ])('equal l-lora/%s', async (name, { trainsA, linearized, weightDecay }) => {
    const { expected, tolerance } = await readGoldenCase(`l-lora/${name}`);
    const modules = new Map<string, TrainedModule>();
    for (const module of golden.modules) {
      const a0 = golden.factor('A0', module);
      const b = new Float32Array(golden.factor('B0', module).length);
      modules.set(module, {
        rank: GOLDEN_RANK,
        scale: GOLDEN_SCALE,
        a: a0.slice(),
        b,
        momentsOfB: createMoments(b.length),
        ...(trainsA && { momentsOfA: createMoments(a0.length) }),
        ...(linearized && { frame: { a0 } }),
      });
    }
    const losses: number[] = [];
    for (const [step, images] of golden.batches.entries()) {
      losses.push(await stepAdapter(batchOf(modules, images), step + 1, { learningRate: 1e-3, weightDecay }));
    }
    losses.push((await differentiateAdapter(batchOf(modules, golden.batches[0]!))).loss);

    expect(deviation(losses, expected.get('losses')!, tolerance)).toBeLessThanOrEqual(1);
    for (const [module, { a, b }] of modules) {
      expect(deviation(b, expected.get(`B/${module}`)!, tolerance)).toBeLessThanOrEqual(1);
      // The reference lets the decay shrink an A that has no gradient; ours keeps A0 to the bit, as frames need it.
      const shrunk = trainsA ? a : a.map((value) => value * (1 - 1e-3 * weightDecay) ** 10);
      expect(deviation(shrunk, expected.get(`A/${module}`)!, tolerance)).toBeLessThanOrEqual(1);
    }
  });

  // What `trainOnProblem` does where A stays: B is folded into the weights, and its gradient is read off the way back.
  it('equal l-lora/train-llora with B folded into the weights', async () => {
    const { tf } = backend;
    const { expected, tolerance } = await readGoldenCase('l-lora/train-llora');
    const { problem } = batchOf(new Map(), golden.batches[0]!);
    const { trainee } = openMode(
      tf,
      problem,
      {
        kind: 'FACTORS',
        rank: GOLDEN_RANK,
        alpha: GOLDEN_RANK * GOLDEN_SCALE,
        targetModules: ['q_proj', 'v_proj'],
        frame: { factors: new Map(golden.modules.map((module) => [module, golden.factor('A0', module)])) },
        linearization: 'MODULE',
      },
      0,
    );
    const losses: number[] = [];
    for (const [step, images] of [...golden.batches, golden.batches[0]!].entries()) {
      const { batch } = batchOf(new Map(), images);
      const { loss, gradients } = await trainee.differentiate(batch, { step, part: 0 });
      losses.push(loss);
      if (step === golden.batches.length) break;
      for (const [name, { values, moments }] of trainee.trained) {
        stepAdamW(values, gradients.get(name)!, moments, step + 1, { learningRate: 1e-3, weightDecay: 0 });
      }
    }
    expect(deviation(losses, expected.get('losses')!, tolerance)).toBeLessThanOrEqual(1);
    for (const [name, { values }] of trainee.trained) {
      expect(deviation(values, expected.get(name)!, tolerance)).toBeLessThanOrEqual(1);
    }
    trainee.dispose();
  });
});
