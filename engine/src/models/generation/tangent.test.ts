import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { createKeyedRandom } from '../../random/index.js';
import { randomUpdates } from '../float64-tower.testing.js';
import { goldenFolder } from '../golden.testing.js';
import {
  createTangentEvaluator,
  generate,
  matchTargets,
  ModelWeights,
  openModel,
  padSequences,
  scoreContinuations,
  type LowRankUpdates,
  type Model,
} from '../index.js';

describe.each(['gpt2', 'llama', 't5-flan'])('the tangent of %s', (name) => {
  let backend: SelectedBackend;
  let model: Model;
  let weights: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    model = await openModel(join(goldenFolder, 'models', name));
    weights = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });

  const updates = (): LowRankUpdates =>
    randomUpdates(
      5,
      matchTargets(model.linearLayers.keys(), ['all-linear']).map((layer) => {
        const { outFeatures, inFeatures } = model.linearLayers.get(layer)!;
        return { name: layer, out: outFeatures, in: inFeatures };
      }),
    );
  const prompts = [4, 7, 2].map((length, i) => [...createKeyedRandom(3).integers([i], length, 40)]);

  it('of an adapter that changes nothing is the model', async () => {
    const { tf } = backend;
    const tangent = createTangentEvaluator(tf, weights, new Map());
    const pairs = prompts.map((prompt) => ({ prompt, continuation: [3, 9] }));
    const [own, plain] = [
      await scoreContinuations({ tf, model, weights, tangent }, pairs),
      await scoreContinuations({ tf, model, weights }, pairs),
    ];
    own.forEach(({ logProbability }, i) => expect(logProbability).toBeCloseTo(plain[i]!.logProbability, 4));
    expect(await generate({ tf, model, weights, tangent, prompts, maxNewTokens: 5 })).toEqual(
      await generate({ tf, model, weights, prompts, maxNewTokens: 5 }),
    );
    tangent.dispose();
  });

  // What is generated and scored are the logits of one whole pass of the dual interpretation, which dual.test.ts and the float64 differences judge.
  it('gives each text the greedy tokens of f0 + J Δ', async () => {
    const { tf } = backend;
    const tangent = createTangentEvaluator(tf, weights, updates());
    const before = tf.memory().numTensors;
    const texts = await generate({
      tf,
      model,
      weights,
      tangent,
      prompts,
      maxNewTokens: 4,
      endTokens: [],
      batchSize: 2,
    });
    const scores = await scoreContinuations(
      { tf, model, weights, tangent },
      texts.map(({ tokens }, i) => ({ prompt: prompts[i]!, continuation: tokens })),
    );
    const width = model.widthOf('logits');
    for (const [i, { tokens }] of texts.entries()) {
      const isDecoder = model.inputs.includes('decoder');
      const read = isDecoder ? [0, ...tokens.subarray(0, 3)] : [...prompts[i]!, ...tokens.subarray(0, 3)];
      const one = padSequences([read], 0);
      const input = isDecoder ? { text: padSequences([prompts[i]!], 0), decoder: one } : { text: one };
      const logits = tf.tidy(() =>
        tangent.evaluate((calculus) => model.forward(calculus, input)).dataSync<'float32'>(),
      );
      let sum = 0;
      tokens.forEach((token, at) => {
        const row = logits.subarray((read.length - 4 + at) * width, (read.length - 3 + at) * width);
        expect(row.indexOf(Math.max(...row))).toBe(token);
        sum += row[token]! - Math.log(row.reduce((total, value) => total + Math.exp(value), 0));
      });
      expect(scores[i]).toMatchObject({ isGreedy: true, logProbability: expect.closeTo(sum, 3) });
    }
    expect(tf.memory().numTensors).toBe(before);
    tangent.dispose();
  });
});
