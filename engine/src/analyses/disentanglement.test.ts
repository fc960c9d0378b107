import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { ModelWeights, type LowRankUpdates } from '../models/index.js';
import { disentanglementMap, type DisentanglementState } from './disentanglement.js';
import { analysesErrors } from './errors.js';
import {
  addDeltas,
  addFactors,
  classes64,
  embeddings64,
  model,
  predictions64,
  subjectsOf,
  VALUES,
  vectorsOfOneFrame,
  vectorsOn,
  type Combine,
} from './small-plane.testing.js';
import type { Subject } from './subject.js';
import { createTangentPlane } from './tangent-plane.js';
import type { PlaneSpace } from './task-plane.js';
import { createWeightsPlane } from './weights-plane.js';

describe('weight disentanglement error', () => {
  let backend: SelectedBackend;
  let base: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    base = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    base.dispose();
    backend.dispose();
  });
  const planeOf = (vectors: readonly LowRankUpdates[], space: PlaneSpace) =>
    createWeightsPlane({ tf: backend.tf, base, vectors, space });

  /** The definition, model by model: two references for each point, nothing shared. */
  function restated(combine: Combine, axis: readonly number[]): number[][] {
    const share = (task: 0 | 1, joint: readonly number[], single: readonly number[]): number => {
      const [one, other] = [predictions64(combine(joint), task), predictions64(combine(single), task)];
      return one.filter((prediction, i) => prediction !== other[i]).length / one.length;
    };
    return axis.map((x) => axis.map((y) => share(0, [x, y], [x, 0]) + share(1, [x, y], [0, y])));
  }

  it.each<
    [string, PlaneSpace, readonly LowRankUpdates[], (vectors: readonly LowRankUpdates[]) => Combine, number, number]
  >([
    ['with 0 on its grid', 'DELTA', vectorsOn(VALUES), addDeltas, 5, 0],
    ['without 0 on its grid', 'DELTA', vectorsOn(VALUES), addDeltas, 4, 8],
    ['in one frame', 'FRAME', vectorsOfOneFrame(VALUES), addDeltas, 5, 0],
    ['in factors', 'FACTOR', vectorsOn(VALUES), (vectors) => addFactors(vectors), 5, 0],
  ])('is what its definition says, %s, in %s', async (_, space, vectors, combine, steps, single) => {
    const { tf } = backend;
    const plane = planeOf(vectors, space);
    const map = await disentanglementMap({
      plane,
      subjects: subjectsOf(tf),
      axis: { from: -2, to: 2, steps },
      batchSize: 4,
    });
    plane.dispose();
    const expected = restated(combine(vectors), map.axis);
    map.error.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(expected[i]![j]!, 12)));
    expect(Math.max(...map.error.flat())).toBeGreaterThan(0);
    map.error.forEach((row, i) =>
      row.forEach((value, j) => expect(value).toBeCloseTo(map.left[i]![j]! + map.right[i]![j]!, 12)),
    );
    expect(map.examples).toEqual([9, 7]);
    expect(map.models).toEqual({ joint: steps * steps, single });
    expect(map.passes).toBe(steps * steps + single);
  });

  it('is zero everywhere for a linear model whose tasks live in spaces of their own', async () => {
    const { tf } = backend;
    const weights = new ModelWeights(
      tf,
      new Map([['f.weight', { shape: [3, 4], values: Float32Array.from({ length: 12 }, Math.sin) }]]),
    );
    // The first task's inputs have only the first two coordinates, and its vector reads only those; the second likewise.
    const inputs = [0, 2].map((from) =>
      Float32Array.from({ length: 40 }, (_, i) => (Math.floor((i % 4) / 2) * 2 === from ? Math.cos(3 * i + from) : 0)),
    );
    const vectors = [0, 2].map((from): LowRankUpdates => {
      const a = Float32Array.from({ length: 4 }, (_, i) => (Math.floor(i / 2) * 2 === from ? 1 + i : 0));
      return new Map([['f', { a, b: Float32Array.of(1, -2, 3), rank: 1, scale: 0.7 }]]);
    });
    const subjects = inputs.map((values, task): Subject => ({
      name: `task ${task}`,
      count: 10,
      forward: (calculus, begin, count) =>
        calculus.linear('f', calculus.constant(tf.tensor2d(values.slice(begin * 4, (begin + count) * 4), [count, 4]))),
      answer: (outputs) => ({
        predictions: Int32Array.from({ length: outputs.length / 3 }, (_, i) => {
          const row = [...outputs.subarray(i * 3, i * 3 + 3)];
          return row.indexOf(Math.max(...row));
        }),
        losses: new Float64Array(outputs.length / 3),
        outcomes: new Uint8Array(outputs.length / 3),
      }),
    }));
    const plane = createWeightsPlane({ tf, base: weights, vectors, space: 'DELTA' });
    const map = await disentanglementMap({
      plane,
      subjects: [subjects[0]!, subjects[1]!],
      axis: { from: -2, to: 2, steps: 21 },
    });
    plane.dispose();
    weights.dispose();
    expect(map.error.flat().every((value) => value === 0)).toBe(true);
    expect(map).toMatchObject({
      models: { joint: 441, single: 0 },
      passes: 441,
      meanInUnitSquare: 0,
      examples: [10, 10],
    });
    // Everything is linear in λ: nothing is evaluated anew at a point.
    expect(map.shared).toMatchObject({ varying: 0, linearModules: ['f'] });
  });

  it('compares no model with itself: the parts vanish on their own axes', async () => {
    const { tf } = backend;
    const plane = planeOf(vectorsOn(VALUES), 'DELTA');
    const axis = { from: -1, to: 1, steps: 3 };
    const map = await disentanglementMap({ plane, subjects: subjectsOf(tf), axis });
    plane.dispose();
    expect(map.left.map((row) => row[1])).toEqual([0, 0, 0]);
    expect(map.right[1]).toEqual([0, 0, 0]);
    expect(map.error[1]![1]).toBe(0);
  });

  it('takes one pass per task vector where adapters are tangents: they are linear in λ as a whole', async () => {
    const { tf } = backend;
    const vectors = vectorsOn(VALUES);
    const plane = createTangentPlane({ tf, base, vectors });
    const options = { plane, subjects: subjectsOf(tf), axis: { from: -2, to: 2, steps: 5 }, batchSize: 4 };
    const map = await disentanglementMap(options);
    plane.dispose();
    expect(map).toMatchObject({ models: { joint: 25, single: 0 }, passes: 2, shared: { linearity: 'NETWORK' } });
    // Reference: the tangent by central differences in float64.
    const step = 1e-4;
    const [start, ...slopes] = [0, 1, 2].map((which) => (task: 0 | 1) => {
      const at = (by: number) => embeddings64(addDeltas(vectors)([which === 1 ? by : 0, which === 2 ? by : 0]), task);
      return which === 0 ? at(0) : at(step).map((value, i) => (value - at(-step)[i]!) / (2 * step));
    });
    const tables = ([0, 1] as const).map((task) => [start!(task), ...slopes.map((slope) => slope(task))]);
    const predict = (task: 0 | 1, point: readonly [number, number]): readonly number[] => {
      const [value, first, second] = tables[task]!;
      return classes64(
        value!.map((x, i) => x + point[0] * first![i]! + point[1] * second![i]!),
        task,
      );
    };
    const share = (task: 0 | 1, joint: readonly [number, number], single: readonly [number, number]): number => {
      const other = predict(task, single);
      return predict(task, joint).filter((prediction, i) => prediction !== other[i]).length / other.length;
    };
    map.axis.forEach((x, i) =>
      map.axis.forEach((y, j) => {
        expect(map.error[i]![j]).toBeCloseTo(share(0, [x, y], [x, 0]) + share(1, [x, y], [0, y]), 12);
      }),
    );
  });

  it('goes on where it was stopped, to the same map', async () => {
    const { tf } = backend;
    const plane = planeOf(vectorsOn(VALUES), 'DELTA');
    const options = { plane, subjects: subjectsOf(tf), axis: { from: -1, to: 1, steps: 3 }, batchSize: 4 };
    const whole = await disentanglementMap(options);
    let state: DisentanglementState | undefined;
    const abort = new AbortController();
    const stopped = disentanglementMap({
      ...options,
      signal: abort.signal,
      onState(now) {
        state = now;
        if (now.batches === 4) abort.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    const progress: number[] = [];
    const resumed = await disentanglementMap({
      ...options,
      state: JSON.parse(JSON.stringify(state)) as DisentanglementState,
      onProgress: (done, total) => progress.push(done / total),
    });
    plane.dispose();
    expect(resumed).toEqual(whole);
    // 13 of 16 examples were done.
    expect(progress[0]).toBeGreaterThan(13 / 16);
    expect(progress.at(-1)).toBe(1);
  });

  it.each([
    [{ from: 1, to: 1, steps: 3 }, analysesErrors.gridInvalid],
    [{ from: 0, to: Number.NaN, steps: 3 }, analysesErrors.gridInvalid],
    [{ from: 0, to: 1, steps: 1 }, analysesErrors.gridInvalid],
    [{ from: 0, to: 1, steps: 102 }, analysesErrors.limitExceeded],
  ])('refuses the grid %j', async (axis, error) => {
    const plane = planeOf(vectorsOn(VALUES), 'DELTA');
    const map = disentanglementMap({ plane, subjects: subjectsOf(backend.tf), axis });
    await expect(map).rejects.toMatchObject({ code: error.entry.code });
    plane.dispose();
  });
});
