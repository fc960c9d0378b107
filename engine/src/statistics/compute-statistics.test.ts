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
} from '../models/float64-tower.testing.js';
import { drawLabels } from './draw-labels.js';
import { groupModules } from './group-modules.js';
import {
  computeStatistics,
  selectExamples,
  statisticsErrors,
  type ComputeStatisticsOptions,
  type StatisticsKind,
} from './index.js';

const layer = (index: number, part: string): string => `vision_model.encoder.layers.${index}.${part}`;
/** One with all tokens, one with class tokens alone, one that shares its input with another, one that is not square. */
const updates = randomUpdates(5, [
  { name: layer(0, 'self_attn.k_proj'), out: 8, in: 8 },
  { name: layer(0, 'self_attn.v_proj'), out: 8, in: 8 },
  { name: layer(0, 'mlp.fc1'), out: 12, in: 8 },
  { name: layer(1, 'self_attn.q_proj'), out: 8, in: 8 },
  { name: layer(1, 'mlp.fc2'), out: 8, in: 12 },
]);
const model = tinyVisionModel();
const examples = randomImages(1, 5);
const head = randomHead(2);

describe.each(testedBackends)('statistics of an adapter on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  const compute = async (kind: StatisticsKind, options: Partial<ComputeStatisticsOptions> = {}) => {
    const { tf } = backend;
    const { modules, values } = computeStatistics(kind, { tf, model, updates, examples, head, ...options });
    const found = new Map<string, Float32Array>();
    for await (const { info, values: matrix } of values) found.set(info.name, matrix);
    return { modules, found };
  };

  // Reference: the forward pass in float64 with plain loops, inputs caught on the way. Tolerance: float32 rounding over two layers.
  it('GRAM is the mean of x xᵀ over the rows that each module is given', async () => {
    const inputs = new Map<string, { rows: number; columns: number; data: Float64Array }>();
    embed64(
      model,
      examples,
      calculus64(model, deltas64(updates), (name, x) => inputs.set(name, x)),
    );
    const { modules, found } = await compute('GRAM', { batchSize: 2 });
    expect(modules.map(({ name }) => name)).toEqual([...updates.keys()].sort());
    for (const { name, rows, columns } of modules) {
      const x = inputs.get(name)!;
      expect([rows, columns]).toEqual([x.columns, x.columns]);
      const gram = found.get(name)!;
      for (let i = 0; i < rows; i += 1) {
        for (let j = 0; j < columns; j += 1) {
          let expected = 0;
          for (let r = 0; r < x.rows; r += 1) expected += x.data[r * columns + i]! * x.data[r * columns + j]!;
          expect(Math.abs(gram[i * columns + j]! - expected / x.rows)).toBeLessThan(2e-5);
          expect(gram[i * columns + j]).toBe(gram[j * columns + i]);
        }
      }
    }
  });

  // Reference: central differences in float64 of ln p(y) of each example, in every entry of every ΔW.
  it.each(['MODEL', 'DATA'] as const)('FISHER is the mean squared slope of ln p, labels of the %s', async (labels) => {
    const deltas = deltas64(updates);
    const logs = () => logProbabilities64(embed64(model, examples, calculus64(model, deltas)), head);
    const embeddings = embed64(model, examples, calculus64(model, deltas));
    const drawn = labels === 'DATA' ? examples.labels : drawLabels(Float32Array.from(embeddings.data), head, 7);
    const { modules, found } = await compute('FISHER', { labels, seed: 7, batchSize: 3 });
    const step = 1e-5;
    for (const { name, rows, columns } of modules) {
      const delta = deltas.get(name)!;
      expect(delta).toHaveLength(rows * columns);
      const fisher = found.get(name)!;
      const largest = Math.max(...fisher);
      for (let i = 0; i < delta.length; i += 1) {
        const before = delta[i]!;
        delta[i] = before + step;
        const up = logs();
        delta[i] = before - step;
        const down = logs();
        delta[i] = before;
        let expected = 0;
        drawn.forEach((label, row) => {
          const at = row * head.classes + label;
          expected += ((up.data[at]! - down.data[at]!) / (2 * step)) ** 2 / examples.count;
        });
        expect(Math.abs(fisher[i]! - expected)).toBeLessThan(1e-5 * largest + 1e-6);
      }
    }
  });

  it.each(['GRAM', 'FISHER'] as const)(
    '%s does not depend on batches and passes beyond rounding, and repeats to the bit',
    async (kind) => {
      const [whole, again, single, passes] = [
        await compute(kind),
        await compute(kind),
        await compute(kind, { batchSize: 1 }),
        await compute(kind, { memoryBytes: 1 }),
      ];
      for (const [name, values] of whole.found) {
        expect(again.found.get(name)).toEqual(values);
        expect(passes.found.get(name)).toEqual(values);
        const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        single.found.get(name)!.forEach((x, i) => expect(Math.abs(x - values[i]!)).toBeLessThan(1e-5 * largest));
      }
    },
  );

  it('frees every tensor, reports progress to its end, and hears an abort', async () => {
    const { tf } = backend;
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    for (const kind of ['GRAM', 'FISHER'] as const) {
      const seen: [number, number][] = [];
      await compute(kind, { batchSize: 2, memoryBytes: 1, onProgress: (done, total) => seen.push([done, total]) });
      expect(seen.at(-1)).toEqual([25, 25]);
      const onProgress = (): void => controller.abort();
      await expect(compute(kind, { batchSize: 2, signal: controller.signal, onProgress })).rejects.toThrow(/abort/i);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses what it cannot compute', async () => {
    await expect(compute('GRAM', { examples: { ...examples, count: 0 } })).rejects.toMatchObject({
      code: statisticsErrors.examplesInvalid.entry.code,
    });
    await expect(compute('FISHER', { head: randomHead(1, 4, 5) })).rejects.toMatchObject({
      code: statisticsErrors.headMismatched.entry.code,
    });
    await expect(compute('GRAM', { updates: new Map() })).rejects.toMatchObject({
      code: statisticsErrors.empty.entry.code,
    });
    const foreign = randomUpdates(1, [{ name: 'elsewhere', out: 2, in: 2 }]);
    await expect(compute('GRAM', { updates: foreign })).rejects.toMatchObject({ code: 'MODEL_ADAPTER_MISMATCHED' });
  });
});

describe('the choice of examples', () => {
  const indices = (count: number, seed: number): readonly number[] => {
    const labels = Int32Array.from({ length: 50 }, (_, i) => i);
    const all = { count: 50, height: 1, width: 1, channels: 1, pixels: new Uint8Array(50), labels };
    return [...selectExamples(all, count, seed).labels];
  };

  it('is ascending, depends on the seed, and grows with the count', () => {
    const few = indices(10, 1);
    expect(few).toEqual(few.toSorted((x, y) => x - y));
    expect(new Set(few).size).toBe(10);
    expect(indices(10, 2)).not.toEqual(few);
    expect(indices(20, 1)).toEqual(expect.arrayContaining([...few]));
    expect(indices(99, 1)).toHaveLength(50);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d examples', (count) => {
    expect(() => indices(count, 1)).toThrow(/1 to 50 examples/);
  });
});

it('labels are drawn as often as the model predicts them', () => {
  const wide = randomHead(3);
  const one = createEmbedding();
  const embeddings = Float32Array.from({ length: 6 * 4000 }, (_, i) => one[i % 6]!);
  const counts = new Float64Array(4);
  for (const label of drawLabels(embeddings, wide, 1)) counts[label]! += 1;
  const expected = logProbabilities64({ rows: 1, columns: 6, data: one }, wide).data;
  // Four standard deviations of a share of 4000 draws are below 0.032.
  counts.forEach((count, c) => expect(Math.abs(count / 4000 - Math.exp(expected[c]!))).toBeLessThan(0.032));
});
const createEmbedding = (): Float64Array => Float64Array.of(0.3, -1, 0.5, 0.2, 0.9, -0.4);

it.each([
  [1, [1, 1, 1]],
  [8 * 100, [1, 1, 1]],
  [8 * 200, [2, 1]],
  [8 * 300, [3]],
])('modules share %d bytes in groups of %j', (bytes, sizes) => {
  const modules = ['a', 'b', 'c'].map((name) => ({ name, rows: 10, columns: 10 }));
  const groups = groupModules(modules, bytes);
  expect(groups.map((group) => group.length)).toEqual(sizes);
  expect(groups.flat()).toEqual(modules);
});
