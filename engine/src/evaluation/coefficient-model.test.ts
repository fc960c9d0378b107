import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import {
  calculus64,
  deltas64,
  embed64,
  logProbabilities64,
  randomHead,
  randomImages,
  randomUpdates,
  tinyVisionModel,
  type Matrix64,
} from '../models/float64-tower.testing.js';
import { ModelWeights } from '../models/index.js';
import {
  createCoefficientModel,
  evaluationErrors,
  meanEntropy,
  type CoefficientBatch,
  type CoefficientLoss,
  type CoefficientModel,
  type CoefficientModule,
} from './index.js';

const layer = (index: number, part: string): string => `vision_model.encoder.layers.${index}.${part}`;
const [K0, FC0, Q1] = [layer(0, 'self_attn.k_proj'), layer(0, 'mlp.fc1'), layer(1, 'self_attn.q_proj')];
const shapes = [
  { name: K0, out: 8, in: 8 },
  { name: FC0, out: 12, in: 8 },
  { name: Q1, out: 8, in: 8 },
];
const GROUPS = new Map([
  [K0, 0],
  [FC0, 1],
  [Q1, 1],
]);
/** Three adapters of unequal ranks; the second lacks a module. */
const adapters = [
  randomUpdates(1, shapes, 2),
  randomUpdates(2, [shapes[0]!, shapes[2]!], 3),
  randomUpdates(3, shapes, 1),
];
const modules = new Map<string, CoefficientModule>(
  shapes.map(({ name }) => {
    const parts = adapters.flatMap((adapter, position) => {
      const part = adapter.get(name);
      return part === undefined ? [] : [{ position, ...part }];
    });
    return [name, { group: GROUPS.get(name)!, parts }];
  }),
);
const model = tinyVisionModel();
/** Two tasks of unequal size, with unequal heads. */
const batches: readonly CoefficientBatch[] = [
  { examples: randomImages(1, 3), head: randomHead(2) },
  { examples: randomImages(4, 2), head: randomHead(5) },
];
const coefficients = [0.3, -0.5, 0.8, 0.2, 1.1, 0.4];

/** Mean loss of Σ c ΔW in float64, by plain loops. */
function loss64(c: readonly number[], kind: CoefficientLoss): number {
  const deltas = new Map<string, Float64Array>();
  for (const { name, out, in: inputs } of shapes) {
    const sum = new Float64Array(out * inputs);
    adapters.forEach((adapter, position) => {
      const delta = deltas64(adapter).get(name);
      delta?.forEach((value, i) => (sum[i]! += c[GROUPS.get(name)! * 3 + position]! * value));
    });
    deltas.set(name, sum);
  }
  let total = 0;
  for (const { examples, head } of batches) {
    const logs: Matrix64 = logProbabilities64(embed64(model, examples, calculus64(model, deltas)), head);
    examples.labels.forEach((label, row) => {
      const own = logs.data.subarray(row * 4, row * 4 + 4);
      total += kind === 'ENTROPY' ? -own.reduce((sum, log) => sum + Math.exp(log) * log, 0) : -own[label]!;
    });
  }
  return total / 5;
}

describe.each(testedBackends)('gradients of coefficients on %s', (backendName) => {
  let backend: SelectedBackend;
  let weights: ModelWeights;
  let subject: CoefficientModel;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
    weights = new ModelWeights(backend.tf, model.parameters);
    subject = createCoefficientModel({ tf: backend.tf, model, weights, modules, adapterCount: 3, groupCount: 2 });
  });
  afterAll(() => {
    subject.dispose();
    weights.dispose();
    backend.dispose();
  });

  // Reference: central differences of a float64 forward pass. Tolerance: float32 rounding through two layers and back.
  it.each(['CROSS_ENTROPY', 'ENTROPY'] as const)('%s and its slope equal float64 differences', async (kind) => {
    const { loss, gradient, examples } = await subject.differentiate(coefficients, batches, kind);
    expect(examples).toBe(5);
    expect(Math.abs(loss - loss64(coefficients, kind))).toBeLessThan(1e-5);
    const step = 1e-5;
    gradient.forEach((slope, i) => {
      const moved = (by: number) => coefficients.map((c, j) => (i === j ? c + by : c));
      const expected = (loss64(moved(step), kind) - loss64(moved(-step), kind)) / (2 * step);
      // The second adapter has no part in fc1, and shares its group with q_proj of the next layer.
      expect(Math.abs(slope - expected)).toBeLessThan(2e-5);
    });
  });

  it('repeats to the bit, and leaves no tensor behind', async () => {
    const before = backend.tf.memory().numTensors;
    const once = await subject.differentiate(coefficients, batches, 'ENTROPY');
    expect(await subject.differentiate(coefficients, batches, 'ENTROPY')).toEqual(once);
    expect(backend.tf.memory().numTensors).toBe(before);
  });

  it('one group of all modules has the sum of the groups’ slopes', async () => {
    const tied = coefficients.slice(0, 3);
    const { gradient } = await subject.differentiate([...tied, ...tied], batches, 'CROSS_ENTROPY');
    const single = createCoefficientModel({
      tf: backend.tf,
      model,
      weights,
      modules: new Map([...modules].map(([name, module]) => [name, { ...module, group: 0 }])),
      adapterCount: 3,
    });
    const sum = (await single.differentiate(tied, batches, 'CROSS_ENTROPY')).gradient;
    single.dispose();
    sum.forEach((slope, i) => expect(Math.abs(slope - gradient[i]! - gradient[i + 3]!)).toBeLessThan(1e-5));
  });

  it('refuses what does not fit', async () => {
    const run = (c: readonly number[], given = batches) => subject.differentiate(c, given, 'CROSS_ENTROPY');
    const { coefficientsInvalid, batchEmpty, headMismatched, labelInvalid } = evaluationErrors;
    await expect(run([1, 2, 3])).rejects.toMatchObject({ code: coefficientsInvalid.entry.code });
    await expect(run([...coefficients.slice(1), Number.NaN])).rejects.toMatchObject({
      code: coefficientsInvalid.entry.code,
    });
    await expect(run(coefficients, [])).rejects.toMatchObject({ code: batchEmpty.entry.code });
    const [first] = batches;
    const narrow = { ...first!, head: randomHead(1, 4, 5) };
    await expect(run(coefficients, [narrow])).rejects.toMatchObject({ code: headMismatched.entry.code });
    const wrong = { ...first!, examples: { ...first!.examples, labels: Int32Array.of(0, 4, 1) } };
    await expect(run(coefficients, [wrong])).rejects.toMatchObject({ code: labelInvalid.entry.code });
    const before = backend.tf.memory().numTensors;
    const create = (name: string, part: object) => () =>
      createCoefficientModel({
        tf: backend.tf,
        model,
        weights,
        modules: new Map([...modules, [name, { group: 0, parts: [{ ...modules.get(K0)!.parts[0]!, ...part }] }]]),
        adapterCount: 3,
      });
    expect(create('elsewhere', {})).toThrow(/no such layer/);
    expect(create(Q1, { rank: 3 })).toThrow(/entries at rank 3/);
    expect(backend.tf.memory().numTensors).toBe(before);
  });
});

it('meanEntropy is that of the definition, from 0 to ln(classes)', () => {
  const head = randomHead(2);
  const embeddings = Float32Array.from({ length: 18 }, (_, i) => Math.sin(7 * i));
  const logs = logProbabilities64({ rows: 3, columns: 6, data: Float64Array.from(embeddings) }, head).data;
  expect(meanEntropy(embeddings, head)).toBeCloseTo(-logs.reduce((sum, log) => sum + Math.exp(log) * log, 0) / 3, 12);
  expect(meanEntropy(embeddings, { ...head, logitScale: 1e-9 })).toBeCloseTo(Math.log(4), 8);
  expect(meanEntropy(embeddings, { ...head, logitScale: 1e6 })).toBe(0);
});
