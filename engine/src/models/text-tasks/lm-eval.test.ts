import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { openTokenizer } from '../../text/index.js';
import { deviation, goldenFolder } from '../golden.testing.js';
import {
  encodePair,
  languageModel,
  measurePerplexity,
  ModelWeights,
  openModel,
  scoreContinuations,
  type Model,
} from '../index.js';

interface Golden {
  readonly tolerance: { readonly atol: number; readonly rtol: number };
  readonly tokenizer: string;
  readonly prefixToken: number;
  readonly cases: readonly {
    readonly prompt: string;
    readonly continuation: string;
    readonly promptIds: readonly number[];
    readonly continuationIds: readonly number[];
    readonly logProbability: number;
    readonly isGreedy: boolean;
  }[];
  readonly rolling: readonly { readonly ids: readonly number[]; readonly logProbability: number }[];
}

// golden/lm-eval: HFLM of lm_eval 0.4.13 over tiny random models, with the tokenizers of engine/src/text/golden.
describe.each(['gpt2', 't5'])('lm-evaluation-harness over %s', (name) => {
  const folder = join(goldenFolder, 'lm-eval', name);
  const golden = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Golden;
  let backend: SelectedBackend;
  let model: Model;
  let weights: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    model = await openModel(folder);
    weights = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });

  it('cuts texts into the same tokens', async () => {
    const codec = await openTokenizer(fileURLToPath(new URL(`../../text/golden/${golden.tokenizer}`, import.meta.url)));
    for (const { prompt, continuation, promptIds, continuationIds } of golden.cases) {
      const pair = encodePair(languageModel(model), codec, prompt, continuation, { separator: '', endsAnswers: false });
      expect(pair).toEqual({ prompt: promptIds, continuation: continuationIds });
    }
  });

  it('finds continuations as likely', async () => {
    const { tf } = backend;
    const pairs = golden.cases.map(({ promptIds, continuationIds }) => ({
      prompt: promptIds,
      continuation: continuationIds,
    }));
    const scores = await scoreContinuations({ tf, model, weights }, pairs);
    const expected = Float32Array.from(golden.cases, ({ logProbability }) => logProbability);
    const got = scores.map(({ logProbability }) => logProbability);
    expect(deviation(got, expected, golden.tolerance)).toBeLessThanOrEqual(1);
    expect(scores.map(({ isGreedy }) => isGreedy)).toEqual(golden.cases.map(({ isGreedy }) => isGreedy));
  });
});

it('lm-evaluation-harness finds whole texts as likely, window after window', async () => {
  const folder = join(goldenFolder, 'lm-eval/gpt2');
  const { rolling, prefixToken, tolerance } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Golden;
  const backend = await selectBackend({ backend: 'wasm' });
  const { tf } = backend;
  const model = await openModel(folder);
  const weights = new ModelWeights(tf, model.parameters);
  const texts = rolling.map(({ ids }) => ids);
  // 48 positions, and texts of 26, 74 and 146 tokens.
  const { texts: found } = await measurePerplexity({ tf, model, weights, startToken: prefixToken }, texts);
  const expected = Float32Array.from(rolling, ({ logProbability }) => logProbability);
  const got = found.map(({ logProbability }) => logProbability);
  expect(deviation(got, expected, tolerance)).toBeLessThanOrEqual(1);
  expect(found.map(({ tokens }) => tokens)).toEqual([26, 74, 146]);
  weights.dispose();
  backend.dispose();
});
