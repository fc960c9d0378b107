import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { createKeyedRandom } from '../../random/index.js';
import { readTensor } from '../../backend/read-tensors.testing.js';
import { testedBackends } from '../../backend/tested-backends.testing.js';
import { goldenFolder } from '../golden.testing.js';
import { createEvaluator, languageLimits, ModelWeights, openModel, type Model } from '../index.js';
import { generate, type GenerateOptions } from './generate.js';
import { wholeRun } from './token-run.js';
import { languageModel } from './language-model.js';

const prompts = [7, 2, 11, 1, 5].map((length, i) => [...createKeyedRandom(9).integers([`prompt ${i}`], length, 40)]);

describe.each(testedBackends)('greedy generation on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  async function withModel<T>(
    name: string,
    use: (options: Pick<GenerateOptions, 'tf' | 'model' | 'weights'> & { readonly model: Model }) => Promise<T>,
  ): Promise<T> {
    const model = await openModel(join(goldenFolder, 'models', name));
    const weights = new ModelWeights(backend.tf, model.parameters);
    try {
      return await use({ tf: backend.tf, model, weights });
    } finally {
      weights.dispose();
    }
  }

  it.each(['gpt2', 'llama', 't5-flan', 't5-tied'])(
    'of %s gives each prompt what it gets alone, cached or not',
    async (name) =>
      withModel(name, async (options) => {
        const alone = await Promise.all(
          prompts.map(
            async (prompt) => (await generate({ ...options, prompts: [prompt], maxNewTokens: 8, cache: false }))[0],
          ),
        );
        for (const batchSize of [1, 2, 16]) {
          for (const cache of [true, false]) {
            expect(await generate({ ...options, prompts, maxNewTokens: 8, batchSize, cache })).toEqual(alone);
          }
        }
      }),
  );

  it.each(['gpt2', 't5-flan'])('of %s ends each text at its own end token', async (name) =>
    withModel(name, async (options) => {
      const free = await generate({ ...options, prompts, maxNewTokens: 8, endTokens: [] });
      const end = free[0]!.tokens[3]!;
      const ended = await generate({ ...options, prompts, maxNewTokens: 8, endTokens: [end] });
      ended.forEach(({ tokens, endedBy }, i) => {
        const at = free[i]!.tokens.indexOf(end);
        expect([...tokens]).toEqual([...free[i]!.tokens.subarray(0, at < 0 ? 8 : at)]);
        expect(endedBy).toBe(at < 0 ? undefined : end);
      });
      expect(ended[0]!.endedBy).toBe(end);
    }),
  );

  it('uses every position that the model has, and no more', async () =>
    withModel('gpt2', async (options) => {
      const prompt = [...createKeyedRandom(3).integers(['long'], 17, 40)];
      const [text] = await generate({ ...options, prompts: [prompt], maxNewTokens: 4 });
      expect(text!.tokens).toHaveLength(4);
      await expect(generate({ ...options, prompts: [prompt], maxNewTokens: 5 })).rejects.toMatchObject({
        code: 'LANGUAGE_SEQUENCE_TOO_LONG',
      });
    }));

  it.each<[string, Partial<GenerateOptions>, string]>([
    ['no new tokens', { maxNewTokens: 0 }, 'LANGUAGE_OPTION_INVALID'],
    ['a part of a token', { maxNewTokens: 1.5 }, 'LANGUAGE_OPTION_INVALID'],
    ['batches of none', { batchSize: 0 }, 'LANGUAGE_OPTION_INVALID'],
    ['a prompt without tokens', { prompts: [[]] }, 'LANGUAGE_SEQUENCE_EMPTY'],
    [
      'more prompts than the cap',
      { prompts: Array.from({ length: languageLimits.sequences + 1 }, () => [1]) },
      'LANGUAGE_SEQUENCES_TOO_MANY',
    ],
    ['an unknown token', { prompts: [[40]] }, 'LANGUAGE_OPTION_INVALID'],
  ])('refuses %s', async (_, change, code) =>
    withModel('gpt2', async (options) => {
      await expect(generate({ ...options, prompts, maxNewTokens: 2, ...change })).rejects.toMatchObject({ code });
    }),
  );

  it('frees what it held when it is stopped', async () =>
    withModel('llama', async (options) => {
      const { tf } = backend;
      await generate({ ...options, prompts, maxNewTokens: 2 });
      const before = tf.memory().numTensors;
      const controller = new AbortController();
      const onProgress = () => controller.abort(new Error('enough'));
      const stopped = generate({
        ...options,
        prompts,
        maxNewTokens: 4,
        batchSize: 2,
        signal: controller.signal,
        onProgress,
      });
      await expect(stopped).rejects.toThrow('enough');
      expect(tf.memory().numTensors).toBe(before);
    }));

  // transformers' generate pads on the left; with a mask neither side has an influence.
  it.each(['gpt2', 'llama'])('of %s does not depend on the side of the padding', async (name) =>
    withModel(name, async ({ tf, model, weights }) => {
      const [long, short] = [prompts[0]!, prompts[4]!];
      const gap = Array<number>(long.length - short.length).fill(0);
      const masked = (left: boolean) => {
        const rows = [long, left ? [...gap, ...short] : [...short, ...gap]];
        const marks = [long.map(() => 1), left ? [...gap, ...short.map(() => 1)] : [...short.map(() => 1), ...gap]];
        return {
          batch: 2,
          tokens: long.length,
          ids: Int32Array.from(rows.flat()),
          mask: Uint8Array.from(marks.flat()),
        };
      };
      const language = languageModel(model);
      const logitsOf = (left: boolean): Promise<Float32Array> =>
        readTensor(tf, () => {
          const calculus = createEvaluator(tf, weights);
          if (language.kind !== 'CAUSAL') throw new Error('expected a causal model');
          const hidden = language.hidden(calculus, wholeRun(masked(left)));
          const last = long.length + (left ? long.length : short.length) - 1;
          const picked = calculus.pickRows(hidden, Int32Array.of(long.length - 1, last));
          return language.logits(calculus, picked);
        });
      const [left, right] = [await logitsOf(true), await logitsOf(false)];
      left.forEach((value, i) => expect(value).toBeCloseTo(right[i]!, 4));
    }),
  );
});

it('is refused of models that predict no tokens', async () => {
  const model = await openModel(join(goldenFolder, 'models/vit'));
  expect(() => languageModel(model)).toThrow(expect.objectContaining({ code: 'LANGUAGE_FAMILY_UNSUITED' }));
});
