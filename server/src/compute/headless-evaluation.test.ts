import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestModel, importAdapter } from '@crucible/engine/adapters';
import { selectBackend, type SelectedBackend } from '@crucible/engine/backend';
import { scoreEmbeddings, scoreLogits } from '@crucible/engine/evaluation';
import {
  createEvaluator,
  createPromptHead,
  embedImages,
  embedTexts,
  ModelWeights,
  openModel,
  type Model,
} from '@crucible/engine/models';
import type { TextAnswer } from '@crucible/engine/tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { golden, idOf, makeImageTask, makeModelFolder, makeTextTask, NAMES } from '../testing/made-tasks.js';
import { runEvaluationWork } from './run-evaluation-work.js';

describe('a task for which the base has no head', () => {
  let backend: SelectedBackend;
  let folder: string;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    folder = await mkdtemp(join(tmpdir(), 'crucible-headless-'));
  });
  afterAll(async () => {
    backend.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const modelFolder = (from: string, ends: readonly [number, number]) => makeModelFolder(folder, from, ends);
  const imageTask = (size: number, classes: number) => makeImageTask(folder, size, classes);
  const textTask = (name: string, answer: TextAnswer, more: object) => makeTextTask(folder, name, answer, more);

  const evaluate = (base: string, task: string, adapter: string | null = null) =>
    runEvaluationWork(
      {
        kind: 'EVALUATION',
        base: { folder: base },
        adapter,
        task: { name: 'made', task, head: null, headPath: join(folder, 'head.safetensors') },
        split: 'test',
      },
      { backend, signal: new AbortController().signal, onProgress: () => undefined, onLog: () => undefined },
    );

  async function withModel<T>(path: string, work: (model: Model, weights: ModelWeights) => Promise<T>): Promise<T> {
    const model = await openModel(path);
    const weights = new ModelWeights(backend.tf, model.parameters);
    try {
      return await work(model, weights);
    } finally {
      weights.dispose();
    }
  }

  it('of images is answered by the classifier of a ViT', async () => {
    const base = join(golden, 'families/vit/model');
    const { path, test } = await imageTask(32, 5);
    const { tf } = backend;
    const logits = await withModel(base, (model, weights) =>
      embedImages({ tf, model, weights, images: test, output: 'logits' }),
    );
    const wanted = scoreLogits(logits, test.labels, 5);
    const { loss, outcomes, measurements } = await evaluate(base, path);
    expect(loss).toBeCloseTo(wanted.loss, 5);
    expect([...outcomes!]).toEqual([...test.labels].map((label, i) => (label === wanted.predictions[i] ? 1 : 0)));
    expect(measurements.map(({ metric }) => metric)).toEqual(['accuracy', 'macro_f1', 'matthews']);
    await expect(evaluate(base, (await imageTask(32, 4)).path)).rejects.toMatchObject({
      code: 'COMPUTE_MODEL_UNSUITED',
    });
  });

  it('of images is answered by a whole CLIP, which is told the classes in words', async () => {
    const base = await modelFolder('families/clip-eos/model', [2, 33]);
    const { path, test } = await imageTask(28, 3);
    const { tf } = backend;
    const { loss, predictions } = await withModel(base, async (model, weights) => {
      // "a photo of a zero", between the first token and CLIP's end token.
      const prompts = NAMES.slice(0, 3).map((name) => [[2, ...['a', 'photo', 'of', 'a', name].map(idOf), 33]]);
      const head = await createPromptHead({ tf, model, weights, parameters: model.parameters, prompts });
      return scoreEmbeddings(await embedImages({ tf, model, weights, images: test }), test.labels, head, 'test');
    });
    const got = await evaluate(base, path);
    expect(got.loss).toBeCloseTo(loss, 5);
    expect([...got.outcomes!]).toEqual([...test.labels].map((label, i) => (label === predictions[i] ? 1 : 0)));
  });

  it('of pairs of texts is answered by a classifier, with and without an adapter', async () => {
    const base = await modelFolder('families/bert-classifier/model', [2, 3]);
    const labels = Int32Array.of(0, 1, 2);
    const more = { metric: 'accuracy', answer: 'CLASS', classes: NAMES.slice(0, 3) };
    const prompts = [{ name: 'plain', input: '{first} {second}', labelWords: NAMES.slice(0, 3) }];
    const path = await textTask('pairs', { form: 'CLASS', labels }, { ...more, prompts });
    const { tf } = backend;
    const pair = (first: string, second: string) => {
      const [a, b] = [first, second].map((text) => text.split(' ').map(idOf));
      const types = [
        ...Array.from({ length: a!.length + 2 }, () => 0),
        ...Array.from({ length: b!.length + 1 }, () => 1),
      ];
      return { ids: [2, ...a!, 3, ...b!, 3], types };
    };
    const texts = [pair('zero two', 'four'), pair('one two', 'three a'), pair('two two', 'photo of one')];
    const logits = await withModel(base, (model, weights) =>
      embedTexts({ tf, model, weights, texts, output: 'logits' }),
    );
    const got = await evaluate(base, path);
    expect(got.loss).toBeCloseTo(scoreLogits(logits, labels, 3).loss, 5);
    expect(got.outcomes).toHaveLength(3);
    const adapter = join(folder, 'adapter.safetensors');
    await importAdapter({
      source: join(golden, 'families/bert-classifier/adapter'),
      outputPath: adapter,
      name: 'adapter',
      base: { digest: await digestModel(base), folder: base },
    });
    const adapted = await evaluate(base, path, adapter);
    expect(Math.abs(adapted.loss! - got.loss!)).toBeGreaterThan(1e-3);
    await expect(evaluate(join(golden, 'families/vit/model'), path)).rejects.toMatchObject({
      code: 'COMPUTE_MODEL_UNSUITED',
    });
  });

  it('of texts is answered by a language model, which names the likeliest class', async () => {
    const base = await modelFolder('base/llama', [2, 3]);
    const labels = Int32Array.of(0, 1, 0);
    const prompts = [{ name: 'plain', input: '{first} {second} :', labelWords: ['yes', 'no'] }];
    const more = { metric: 'accuracy', answer: 'CLASS', classes: ['yes', 'no'], prompts };
    const path = await textTask('words', { form: 'CLASS', labels }, more);
    const got = await evaluate(base, path);
    expect(got.loss).toBeNull();
    expect(got.measurements[0]).toMatchObject({ metric: 'accuracy', n: 3 });
    // By the logits behind the whole prompt, straight from the forward pass.
    const { tf } = backend;
    const right = await withModel(base, async (model, weights) =>
      [...labels].map((label, i) => {
        const words = [`${NAMES[i]!} two`, ['four', 'three a', 'photo of one'][i]!, ':'].join(' ').split(' ');
        const ids = [2, ...words.map(idOf)];
        const text = { batch: 1, tokens: ids.length, ids: Int32Array.from(ids) };
        const logits = tf.tidy(() => model.forward(createEvaluator(tf, weights), { text }).dataSync());
        const last = logits.slice(-model.widthOf('logits'));
        return Number(last[idOf('yes')]! >= last[idOf('no')]! ? label === 0 : label === 1);
      }),
    );
    expect([...got.outcomes!]).toEqual(right);
  });
});
