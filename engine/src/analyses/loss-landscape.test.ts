import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { createScorer } from '../evaluation/index.js';
import { loadedUpdates } from './loaded-updates.testing.js';
import { ModelWeights } from '../models/index.js';
import { analysesErrors } from './errors.js';
import { lossLandscape, type LandscapeState } from './loss-landscape.js';
import { addDeltas, logs64, model, subjectsOf, tasks, VALUES, vectorsOn } from './small-plane.testing.js';
import { createWeightsPlane } from './weights-plane.js';

describe('loss landscapes', () => {
  let backend: SelectedBackend;
  let base: ModelWeights;
  const vectors = vectorsOn(VALUES);
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    base = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    base.dispose();
    backend.dispose();
  });
  const x = { from: -1, to: 2, steps: 4 };
  const y = { from: 0, to: 1, steps: 3 };
  const optionsOf = () => {
    const { tf } = backend;
    const plane = createWeightsPlane({ tf, base, vectors, space: 'DELTA' });
    return { plane, subjects: subjectsOf(tf), x, y, batchSize: 5 };
  };

  // Reference: losses and predictions in float64, model by model. Tolerance: float32 rounding through two layers, times a logit scale of 6.
  it('are loss and accuracy of θ0 + x τ1 + y τ2', async () => {
    const options = optionsOf();
    const landscape = await lossLandscape(options);
    options.plane.dispose();
    expect(landscape.x).toEqual([-1, 0, 1, 2]);
    expect(landscape.y).toEqual([0, 0.5, 1]);
    const means = new Map<string, number>();
    for (const task of [0, 1] as const) {
      const { labels } = tasks[task].examples;
      landscape.x.forEach((first, i) =>
        landscape.y.forEach((second, j) => {
          const { data } = logs64(addDeltas(vectors)([first, second]), task);
          const own = [...labels].map((label, row) => -data[row * 4 + label]!);
          const loss = own.reduce((sum, value) => sum + value, 0) / labels.length;
          expect(Math.abs(landscape.tasks[task]!.loss[i]![j]! - loss)).toBeLessThan(2e-4);
          const right = [...labels].filter(
            (label, row) => data[row * 4 + label] === Math.max(...data.subarray(row * 4, row * 4 + 4)),
          );
          expect(landscape.tasks[task]!.accuracy[i]![j]).toBeCloseTo(right.length / labels.length, 12);
          means.set(`${i} ${j}`, (means.get(`${i} ${j}`) ?? 0) + landscape.tasks[task]!.loss[i]![j]! / 2);
        }),
      );
    }
    expect(landscape.best.loss).toBeCloseTo(Math.min(...means.values()), 12);
    const place = `${landscape.x.indexOf(landscape.best.x)} ${landscape.y.indexOf(landscape.best.y)}`;
    expect(means.get(place)).toBeCloseTo(landscape.best.loss, 12);
  });

  it('have the scores of base, adapters and sum at (0, 0), (1, 0), (0, 1) and (1, 1)', async () => {
    const options = optionsOf();
    const landscape = await lossLandscape(options);
    options.plane.dispose();
    const scorer = createScorer({ tf: backend.tf, model });
    for (const [i, j] of [
      [1, 0],
      [2, 0],
      [1, 2],
      [2, 2],
    ] as const) {
      const scored = scorer.withUpdates(loadedUpdates(vectors, [landscape.x[i]!, landscape.y[j]!]));
      for (const [index, { examples, head }] of tasks.entries()) {
        const score = await scored.evaluate({ examples, head, split: 'test' });
        expect(landscape.tasks[index]!.accuracy[i]![j]).toBe(score.accuracy);
        expect(landscape.tasks[index]!.loss[i]![j]).toBeCloseTo(score.loss, 4);
      }
      scored.dispose();
    }
    scorer.dispose();
  });

  it('go on where they were stopped, to the same figures', async () => {
    const options = optionsOf();
    const states: LandscapeState[] = [];
    const whole = await lossLandscape({ ...options, onState: (state) => void states.push(state) });
    expect(states.map(({ batches }) => batches)).toEqual([1, 2, 3, 4]);
    for (const state of states) {
      const resumed = await lossLandscape({ ...options, state: JSON.parse(JSON.stringify(state)) as LandscapeState });
      // Nothing was walked after the last batch, and so nothing is known of what was shared.
      expect({ ...resumed, shared: whole.shared }).toEqual(whole);
    }
    options.plane.dispose();
  });

  it('refuse more images than one analysis may run', async () => {
    const options = optionsOf();
    const endless = { ...options.subjects[0]!, count: 100_000 };
    const { code } = analysesErrors.limitExceeded.entry;
    const grid = { from: -2, to: 2, steps: 101 };
    const run = (subjects: typeof options.subjects) => lossLandscape({ ...options, subjects, x: grid, y: grid });
    await expect(run([endless, endless])).rejects.toMatchObject({ code });
    await expect(run([{ ...endless, count: 100_001 }, endless])).rejects.toMatchObject({ code });
    await expect(run([{ ...endless, count: 0 }, endless])).rejects.toMatchObject({
      code: analysesErrors.noExamples.entry.code,
    });
    options.plane.dispose();
  });
});
