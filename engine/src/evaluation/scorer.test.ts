import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { embedImages, ModelWeights, type LowRankTerm, type LowRankUpdates } from '../models/index.js';
import {
  deviation,
  GOLDEN_RANK,
  GOLDEN_SCALE,
  readGoldenCase,
  readLoraGolden,
  type LoraGolden,
} from '../models/golden.testing.js';
import type { Examples } from '../tasks/task.js';
import { createScorer, evaluate } from './scorer.js';
import { scoreEmbeddings, type CosineHead } from './score-embeddings.js';

describe.each(testedBackends)('scoring on %s', (backendName) => {
  let backend: SelectedBackend;
  let golden: LoraGolden;
  let updates: LowRankUpdates;
  let examples: Examples;
  let head: CosineHead;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
    golden = await readLoraGolden();
    updates = new Map(
      golden.modules.map((module) => {
        const [a, b] = [golden.factor('A1', module), golden.factor('B1', module)];
        return [module, { a, b, rank: GOLDEN_RANK, scale: GOLDEN_SCALE }];
      }),
    );
    // Bytes: what tasks hold. The golden's own floats are no multiples of 1/255, so they are only used where exactness against it matters.
    const pixels = Uint8Array.from(golden.images.pixels, (x) => Math.max(0, Math.min(255, Math.round(127 + 50 * x))));
    examples = { count: 10, height: 28, width: 28, channels: 3, pixels, labels: golden.images.labels };
    head = { ...golden.head, projection: 16, logitScale: 8 };
  });
  afterAll(() => {
    backend.dispose();
  });

  it('embeds through folded weights what the reference embeds through the low-rank path', async () => {
    const { expected, tolerance } = await readGoldenCase('l-lora/lora');
    const scorer = createScorer({ tf: backend.tf, model: golden.model });
    const updated = scorer.withUpdates(updates);
    const pixels = golden.images.pixels.subarray(0, 3 * 2352);
    const embeddings = await updated.embed({ count: 3, height: 28, width: 28, channels: 3, pixels });
    updated.dispose();
    scorer.dispose();
    expect(deviation(embeddings, expected.get('image_embeds')!, tolerance)).toBeLessThanOrEqual(1);
  });

  it('does not depend on the size of batches, and keeps every outcome', async () => {
    const { tf } = backend;
    const scores = [];
    for (const batchSize of [1, 3, 10, 64]) {
      scores.push(await evaluate({ tf, model: golden.model, updates, examples, head, split: 'test', batchSize }));
    }
    for (const score of scores) {
      expect(score).toMatchObject({
        split: 'test',
        n: 10,
        predictions: scores[0]!.predictions,
        outcomes: scores[0]!.outcomes,
      });
      expect(score.loss).toBeCloseTo(scores[0]!.loss, 5);
      expect(score.correct).toBe(score.outcomes.reduce((sum, outcome) => sum + outcome, 0));
      score.predictions.forEach((prediction, i) =>
        expect(score.outcomes[i]).toBe(prediction === examples.labels[i] ? 1 : 0),
      );
    }
  });

  it('folds to the low-rank path within float32 rounding, and leaves the base as it was', async () => {
    const { tf } = backend;
    const { model } = golden;
    const scorer = createScorer({ tf, model: golden.model });
    const before = await scorer.embed(examples);
    const updated = scorer.withUpdates(updates);
    const folded = await updated.embed(examples);
    updated.dispose();
    const after = await scorer.embed(examples);
    scorer.dispose();
    expect(after).toEqual(before);

    const weights = new ModelWeights(tf, model.parameters);
    const made = [...updates].map(([module, { a, b, rank, scale }]): [string, LowRankTerm[]] => [
      module,
      [{ a: tf.tensor2d(a.slice(), [rank, 32]), b: tf.tensor2d(b.slice(), [32, rank]), scale }],
    ]);
    const terms = new Map(made);
    const path = await embedImages({ tf, model, weights, images: examples, terms });
    for (const [, [term]] of made) tf.dispose([term!.a, term!.b]);
    weights.dispose();
    expect(deviation(folded, path, { atol: 4e-5, rtol: 1e-5 })).toBeLessThanOrEqual(1);
    expect(deviation(folded, before, { atol: 4e-5, rtol: 1e-5 })).toBeGreaterThan(100);
  });

  it('reports progress and hears an abort between two batches', async () => {
    const { tf } = backend;
    const abort = new AbortController();
    const seen: [number, number][] = [];
    const scoring = evaluate({
      tf,
      model: golden.model,
      examples,
      head,
      split: 'validation',
      batchSize: 4,
      signal: abort.signal,
      onProgress(done, total) {
        seen.push([done, total]);
        if (done === 8) abort.abort(new Error('enough'));
      },
    });
    await expect(scoring).rejects.toThrow('enough');
    expect(seen).toEqual([
      [4, 10],
      [8, 10],
    ]);
  });

  it.each<[string, () => LowRankUpdates, string]>([
    [
      'a module that the model lacks',
      () => new Map([['nowhere', [...updates.values()][0]!]]),
      'MODEL_ADAPTER_MISMATCHED',
    ],
    [
      'factors of another shape',
      () => new Map([[golden.modules[0]!, { ...[...updates.values()][0]!, rank: 5 }]]),
      'MODEL_ADAPTER_MISMATCHED',
    ],
  ])('refuses %s', (_, wrong, code) => {
    const scorer = createScorer({ tf: backend.tf, model: golden.model });
    expect(() => scorer.withUpdates(wrong())).toThrow(expect.objectContaining({ code }));
    scorer.dispose();
  });

  it('refuses a head of another projection, and labels that it has no class for', async () => {
    const work = { tf: backend.tf, model: golden.model, examples, split: 'test' as const };
    await expect(evaluate({ ...work, head: { ...head, projection: 8 } })).rejects.toMatchObject({
      code: 'EVALUATION_HEAD_MISMATCHED',
    });
    const labels = examples.labels.with(9, 5);
    await expect(evaluate({ ...work, head, examples: { ...examples, labels } })).rejects.toMatchObject({
      code: 'EVALUATION_LABEL_INVALID',
    });
  });

  it('leaves no tensor', () => {
    expect(backend.tf.memory().numTensors).toBe(0);
  });
});

describe('the score of embeddings', () => {
  const head: CosineHead = { weight: Float32Array.of(2, 0, 0, 3), classes: 2, projection: 2, logitScale: Math.LN2 };

  // By hand: cosines (1, 0) and (0, 1), logits (ln 2, 0): the likelier class has 2/3.
  it('is cross-entropy in nats and accuracy', () => {
    const { loss, accuracy, predictions, interval } = scoreEmbeddings(
      Float32Array.of(5, 0, 0, 0.1),
      Int32Array.of(0, 0),
      head,
      'test',
    );
    expect([...predictions]).toEqual([0, 1]);
    expect(accuracy).toBe(0.5);
    expect(loss).toBeCloseTo((Math.log(3 / 2) + Math.log(3)) / 2, 14);
    expect(interval.low).toBeLessThan(0.5);
  });

  it('gives a tie to the first class, and survives an embedding of zeros', () => {
    const { predictions, loss } = scoreEmbeddings(Float32Array.of(1, 1, 0, 0), Int32Array.of(1, 1), head, 'test');
    expect([...predictions]).toEqual([0, 0]);
    expect(loss).toBeCloseTo(Math.LN2, 6);
  });
});
