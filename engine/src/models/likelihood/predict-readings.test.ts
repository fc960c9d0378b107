import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '@tensorflow/tfjs-core';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { goldenFolder } from '../golden.testing.js';
import { createEvaluator, languageModel, ModelWeights, openModel, padSequences, type Model } from '../index.js';
import { lookUp, summarize } from './predict-readings.js';

describe('looking up predictions', () => {
  let backend: SelectedBackend;
  let model: Model;
  let weights: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'cpu' });
    model = await openModel(join(goldenFolder, 'models/gpt2'));
    weights = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });

  it('gives the same whatever the size of the pieces, and asks for each row once', async () => {
    const { tf } = backend;
    const text = padSequences([[3, 1, 4, 1, 5, 9, 2]], 0);
    const all = tf.tidy(() => model.forward(createEvaluator(tf, weights), { text }));
    const asked = [5, 2, 5, 0, 6, 2].map((at, i) => ({ at, token: 7 * i }));
    const options = { model: languageModel(model), signal: undefined };
    const run = async (entries: number) => {
      const pieces: number[][] = [];
      const logits = (rows: Int32Array): Tensor => {
        pieces.push([...rows]);
        return tf.gather(all, tf.tensor1d(rows, 'int32'));
      };
      return { found: await lookUp({ logits }, asked, options, entries), pieces };
    };
    const whole = await run(1 << 20);
    expect(whole.pieces).toEqual([[0, 2, 5, 6]]);
    const pieced = await run(3 * 40 + 1);
    expect(pieced.pieces).toEqual([[0, 2, 5], [6]]);
    // A vocabulary above the bound goes row by row.
    const single = await run(1);
    expect(single.pieces).toEqual([[0], [2], [5], [6]]);
    expect(pieced.found).toEqual(whole.found);
    expect(single.found).toEqual(whole.found);
    all.dispose();
  });

  it.each([
    [[0, 0, 0], Math.log(3), 0],
    [[1, 5, 5], 5 + Math.log(2 + Math.exp(-4)), 1],
    // No exponential overflows, none of small ones is lost against zero.
    [[1000, 999, -1000], 1000 + Math.log(1 + Math.exp(-1)), 0],
    [[-1000, -1000], -1000 + Math.log(2), 0],
  ])('of %j sums to %f', (logits, logSum, best) => {
    const found = summarize(Float32Array.from(logits));
    expect(found.best).toBe(best);
    expect(found.logSum).toBeCloseTo(logSum, 10);
  });
});
