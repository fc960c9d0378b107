import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { readTensor } from '../backend/read-tensors.testing.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { createScorer } from '../evaluation/index.js';
import {
  deviation,
  GOLDEN_RANK,
  GOLDEN_SCALE,
  readGoldenCase,
  readLoraGolden,
  type LoraGolden,
} from '../models/golden.testing.js';
import type { LowRankUpdates } from '../models/index.js';
import { imageProblem } from './image-problem.js';
import { openMode } from './training-mode.js';

describe.each(testedBackends)('the network’s tangent in an adapter on %s', (backendName) => {
  let backend: SelectedBackend;
  let golden: LoraGolden;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
    golden = await readLoraGolden();
  });
  afterAll(() => backend.dispose());

  const images = () => ({ count: 10, height: 28, width: 28, channels: 3, pixels: golden.images.pixels });
  const updatesOf = (b: (module: string) => Float32Array): LowRankUpdates =>
    new Map(
      golden.modules.map((module) => [
        module,
        { a: golden.factor('A0', module), b: b(module), rank: GOLDEN_RANK, scale: GOLDEN_SCALE },
      ]),
    );
  const direction = (): LowRankUpdates => updatesOf((module) => golden.factor('B1', module));

  // Reference: torch.func.jvp over transformers and PEFT, at (A0, 0) towards (A1, B1); what A does has no part in it, for B0 = 0.
  it('is what training sees as l-lora/network-linear', async () => {
    const { tf } = backend;
    const { expected, tolerance } = await readGoldenCase('l-lora/network-linear');
    const head = { ...golden.head, projection: 16, logitScale: 8 };
    const examples = {
      ...images(),
      pixels: golden.images.pixels as unknown as Uint8Array,
      labels: golden.images.labels,
    };
    const problem = imageProblem({ model: golden.model, task: { readSplit: async () => examples }, head });
    const { trainee } = openMode(
      tf,
      problem,
      {
        kind: 'FACTORS',
        rank: GOLDEN_RANK,
        alpha: GOLDEN_RANK * GOLDEN_SCALE,
        targetModules: ['q_proj', 'v_proj'],
        frame: { factors: new Map(golden.modules.map((module) => [module, golden.factor('A0', module)])) },
        linearization: 'NETWORK',
        start: direction(),
      },
      0,
    );
    const opened = trainee.open();
    const batch = (await problem.readSplit('train')).batch(Uint32Array.of(0, 1, 2));
    const output = await readTensor(tf, () => opened.forward(batch));
    opened.dispose();
    trainee.dispose();
    expect(deviation(output, expected.get('linear/image_embeds')!, tolerance)).toBeLessThanOrEqual(1);
    expect(tf.memory().numTensors).toBe(0);
  });

  it('is what scoring sees as l-lora/network-linear', async () => {
    const { expected, tolerance } = await readGoldenCase('l-lora/network-linear');
    const scorer = createScorer({ tf: backend.tf, model: golden.model });
    const tangent = scorer.withTangent(direction());
    const embeddings = await tangent.embed({ ...images(), count: 3 });
    tangent.dispose();
    scorer.dispose();
    expect(deviation(embeddings, expected.get('linear/image_embeds')!, tolerance)).toBeLessThanOrEqual(1);
    expect(backend.tf.memory().numTensors).toBe(0);
  });

  it('adds up: f(Δ1) + f(Δ2) − f0 = f(Δ1 + Δ2), which weights do not', async () => {
    const scorer = createScorer({ tf: backend.tf, model: golden.model });
    const halves = [1, -0.5].map((factor) =>
      updatesOf((module) => golden.factor('B1', module).map((x, i) => (i % 2 === 0 ? x : factor * x))),
    );
    const both = updatesOf((module) => {
      const [x, y] = halves.map((half) => half.get(module)!.b);
      return x!.map((value, i) => value + y![i]!);
    });
    const miss = async (form: 'withTangent' | 'withUpdates'): Promise<number> => {
      const outputs = [];
      for (const updates of [...halves, both]) {
        const scored = scorer[form](updates);
        outputs.push(await scored.embed({ ...images(), count: 3 }));
        scored.dispose();
      }
      const base = await scorer.embed({ ...images(), count: 3 });
      const [x, y, sum] = outputs;
      return Math.max(...sum!.map((value, i) => Math.abs(x![i]! + y![i]! - base[i]! - value)));
    };
    // Float32 rounding of values of order 5; of the weights' function the second order remains.
    expect(await miss('withTangent')).toBeLessThan(3e-5);
    expect(await miss('withUpdates')).toBeGreaterThan(1e-2);
    scorer.dispose();
  });
});
