import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { evaluate } from '../evaluation/index.js';
import type { LowRankUpdates } from '../models/index.js';
import { pickExamples } from '../tasks/index.js';
import { chooseLinearization } from './choose-linearization.js';
import { imageProblem } from './image-problem.js';
import { probeLinearization, type LinearizationChoice } from './probe-linearization.js';
import { smallAdapterTraining } from './small-training.testing.js';
import { modeOf, trainAdapter, type TrainAdapterOptions } from './train-adapter.js';
import type { FactorMode } from './training-mode.js';
import type { TrainingOutcome } from './train-on-problem.js';

describe('dynamic linearization', () => {
  let backend: SelectedBackend;
  let options: TrainAdapterOptions;
  let trained: TrainingOutcome;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    options = { ...smallAdapterTraining(backend.tf, 'LORA'), steps: 60, learningRate: 3e-2, evaluateEvery: undefined };
    trained = await trainAdapter(options);
  });
  afterAll(() => backend.dispose());

  const probe = (budget: number, updates: LowRankUpdates = trained.updates): Promise<LinearizationChoice> =>
    probeLinearization({
      tf: backend.tf,
      problem: imageProblem(options),
      updates,
      frame: trained.frame,
      batches: 2,
      batchSize: 10,
      budget,
    });

  /** The loss on the probe's twenty examples with A at A0 in some modules, by the scorer: float64, another path through the code. */
  const lossWith = async (linearized: readonly string[]): Promise<number> => {
    const { tf, model, head } = options;
    const rows = Array.from({ length: 20 }, (_, i) => i);
    const examples = pickExamples(await options.task.readSplit('train'), Uint32Array.from(rows));
    const updates = new Map(
      [...trained.updates].map(([name, update]) => [
        name,
        linearized.includes(name) ? { ...update, a: trained.frame.get(name)! } : update,
      ]),
    );
    return (await evaluate({ tf, model, head, examples, split: 'train', updates })).loss;
  };

  it('measures what the loss says when one module is replaced by its tangent', async () => {
    const { probes } = await probe(0);
    const whole = await lossWith([]);
    expect(probes.map(({ module }) => module)).toEqual(trained.modules);
    for (const { module, cost, distance } of probes) {
      expect(cost).toBeCloseTo((await lossWith([module])) - whole, 4);
      expect(distance).toBeGreaterThan(0);
    }
    expect(backend.tf.memory().numTensors).toBe(0);
  });

  it('stays within its budget, and chooses more the greater it is', async () => {
    const whole = await lossWith([]);
    const counts: number[] = [];
    for (const budget of [0, 0.01, 0.1, 10]) {
      const { linearizedModules, cost } = await probe(budget);
      expect(cost).toBeLessThanOrEqual(budget);
      expect(cost).toBeCloseTo((await lossWith(linearizedModules)) - whole, 4);
      counts.push(linearizedModules.length);
    }
    expect(counts).toEqual(counts.toSorted((x, y) => x - y));
    expect(counts.at(-1)).toBe(trained.modules.length);
    expect(counts[0]).toBeLessThan(trained.modules.length);
  });

  it('finds nothing between a module and its tangent where A did not move', async () => {
    const updates = new Map([...trained.updates].map(([name, u]) => [name, { ...u, a: trained.frame.get(name)! }]));
    const { probes, linearizedModules } = await probe(0, updates);
    for (const { cost, distance } of probes) expect([cost, distance]).toEqual([0, 0]);
    expect(linearizedModules).toEqual(trained.modules);
  });

  it('is chosen before a training, the same twice, and then kept by it', async () => {
    const mode = modeOf(options) as FactorMode;
    const choosing = {
      ...options,
      problem: imageProblem(options),
      mode,
      probeSteps: 30,
      probeBatches: 2,
      linearizationBudget: 0.02,
    };
    const { linearizedModules, ...rest } = await chooseLinearization(choosing);
    expect(await chooseLinearization(choosing)).toEqual({ linearizedModules, ...rest });
    const { linearizedModules: kept } = await trainAdapter({ ...options, steps: 5, linearizedModules });
    expect(kept).toEqual(linearizedModules);
  });
});
