import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTinyModel } from '../../adapters/tiny-forward.testing.js';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { createKeyedRandom } from '../../random/index.js';
import { testedBackends } from '../../backend/tested-backends.testing.js';
import { goldenFolder } from '../golden.testing.js';
import { generate, languageLimits, ModelWeights, openModel, type Tokens } from '../index.js';
import { CAUSAL_CASES, readLanguageGolden, T5_CASES, textsOf } from '../generation/golden-language.testing.js';
import { measurePerplexity } from './perplexity.js';
import { rankClasses } from './rank-classes.js';
import { scoreContinuations, type Continuation } from './score-continuations.js';

/** ln softmax of one row, in float64. */
function logSoftmax(logits: ArrayLike<number>, row: number, width: number): readonly number[] {
  const values = Array.from({ length: width }, (_, i) => logits[row * width + i]!);
  const logSum = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
  return values.map((value) => value - logSum);
}

const randomTokens = (key: string, count: number, vocabulary = 40): number[] => [
  ...createKeyedRandom(5).integers([key], count, vocabulary),
];

/** Float32 logits of size 10 have 1e-6; golden tolerances allow 3e-5 in each logit. */
const DIGITS = 4;

describe.each(testedBackends)('likelihood on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  async function open(name: string) {
    const model = await openModel(join(goldenFolder, 'models', name));
    const { tf } = backend;
    return { tf, model, weights: new ModelWeights(tf, model.parameters) };
  }

  it.each([...CAUSAL_CASES, ...T5_CASES])('is the softmax of the logits of models/%s', async (name) => {
    const { text, decoder, expected, model } = await readLanguageGolden(name);
    const { tf } = backend;
    const weights = new ModelWeights(tf, model.parameters);
    const width = model.widthOf('logits');
    const logits = expected.get('logits')!;
    const read = decoder ?? text;
    // A causal model is asked for what follows its first three tokens, an encoder-decoder for all that its decoder reads after the start token.
    const from = decoder === undefined ? 3 : 1;
    const prompts = textsOf(text);
    const pairs = prompts.map((prompt, row): Continuation => {
      const ids = [...read.ids.subarray(row * read.tokens, (row + 1) * read.tokens)];
      return { prompt: decoder === undefined ? prompt.slice(0, from) : prompt, continuation: ids.slice(from) };
    });
    const scores = await scoreContinuations({ tf, model, weights }, pairs);
    scores.forEach(({ tokens, logProbability, mean }, row) => {
      const { continuation } = pairs[row]!;
      const wanted = Array.from(continuation, (token, i) => {
        return logSoftmax(logits, row * read.tokens + from - 1 + i, width)[token]!;
      });
      wanted.forEach((value, i) => expect(tokens[i]).toBeCloseTo(value, DIGITS));
      const sum = wanted.reduce((total, value) => total + value, 0);
      expect(logProbability).toBeCloseTo(sum, DIGITS);
      expect(mean).toBeCloseTo(sum / wanted.length, DIGITS);
    });
    weights.dispose();
  });

  it.each(['gpt2', 'llama'])(
    'of a batch of unlike lengths equals a float64 forward pass of each text (%s)',
    async (name) => {
      const options = await open(name);
      const tiny = await openTinyModel(join(goldenFolder, 'models', name));
      const pairs = [2, 9, 4, 1, 6].map((length, i) => ({
        prompt: randomTokens(`prompt ${i}`, length),
        continuation: randomTokens(`continuation ${i}`, 1 + ((i * 2) % 5)),
      }));
      const width = options.model.widthOf('logits');
      for (const batchSize of [1, 3, 16]) {
        const scores = await scoreContinuations({ ...options, batchSize }, pairs);
        pairs.forEach(({ prompt, continuation }, i) => {
          const logits = tiny.forward(tiny.weights, [[...prompt, ...continuation]]);
          const rows = continuation.map((_, at) => logSoftmax(logits, prompt.length + at - 1, width));
          continuation.forEach((token, at) => expect(scores[i]!.tokens[at]).toBeCloseTo(rows[at]![token]!, DIGITS));
          const greedy = rows.every((row, at) => Math.max(...row) === row[continuation[at]!]);
          expect(scores[i]!.isGreedy).toBe(greedy);
        });
      }
      options.weights.dispose();
    },
  );

  it.each(['gpt2', 'llama', 't5-flan', 't5-tied'])(
    'says of generated text that it is the greedy one (%s)',
    async (name) => {
      const options = await open(name);
      const prompts = [3, 7, 5].map((length, i) => randomTokens(`greedy ${i}`, length));
      const texts = await generate({ ...options, prompts, maxNewTokens: 4 });
      const pairs = texts.flatMap(({ tokens, endedBy }, i): Continuation[] => {
        const continuation = [...tokens, ...(endedBy === undefined ? [] : [endedBy])];
        const other = [...continuation];
        other[other.length - 1] = (other.at(-1)! + 1) % 40;
        return [
          { prompt: prompts[i]!, continuation },
          { prompt: prompts[i]!, continuation: other },
        ];
      });
      const scores = await scoreContinuations(options, pairs);
      expect(scores.map(({ isGreedy }) => isGreedy)).toEqual([true, false, true, false, true, false]);
      options.weights.dispose();
    },
  );

  it.each(['gpt2', 't5-flan'])('of one prompt with classes of one token is read once (%s)', async (name) => {
    const options = await open(name);
    const totals: number[] = [];
    const examples = [
      { prompt: [4, 9, 2, 17], classes: [[7], [30], [12]] },
      { prompt: [8, 1], classes: [[7, 3], [30], [12, 5, 6]] },
    ];
    const ranked = await rankClasses({ ...options, onProgress: (_, total) => totals.push(total) }, examples);
    expect(new Set(totals)).toEqual(new Set([4]));
    for (const [i, { scores, best, probabilities }] of ranked.entries()) {
      const each = await Promise.all(
        examples[i]!.classes.map(async (continuation) => {
          const [one] = await scoreContinuations(options, [{ prompt: examples[i]!.prompt, continuation }]);
          return one!.logProbability;
        }),
      );
      each.forEach((value, at) => expect(scores[at]).toBeCloseTo(value, DIGITS));
      expect(best).toBe(each.indexOf(Math.max(...each)));
      const total = each.reduce((sum, value) => sum + Math.exp(value), 0);
      each.forEach((value, at) => expect(probabilities[at]).toBeCloseTo(Math.exp(value) / total, DIGITS));
    }
    options.weights.dispose();
  });

  it.each(['gpt2', 'llama', 't5-tied'])('of several answers to one prompt is that of each alone (%s)', async (name) => {
    const options = await open(name);
    // The longest fills all positions of the tiny GPT-2, beside shorter ones that are padded.
    const pairs = [17, 3, 6].flatMap((length, i) =>
      [4, 1, 2, 1].map((count, k) => ({
        prompt: randomTokens(`shared ${i}`, length),
        continuation: randomTokens(`answer ${i} ${k}`, Math.min(count, length)),
      })),
    );
    const alone = await Promise.all(pairs.map(async (one) => (await scoreContinuations(options, [one]))[0]!));
    const before = options.tf.memory().numTensors;
    for (const batchSize of [1, 2, 16]) {
      const together = await scoreContinuations({ ...options, batchSize }, pairs);
      together.forEach(({ tokens, isGreedy }, i) => {
        expect(isGreedy).toBe(alone[i]!.isGreedy);
        tokens.forEach((value, at) => expect(value).toBeCloseTo(alone[i]!.tokens[at]!, DIGITS));
      });
    }
    expect(options.tf.memory().numTensors).toBe(before);
    options.weights.dispose();
  });

  it('ranks by the sum, by token, or by given lengths', async () => {
    const options = await open('gpt2');
    const example = { prompt: [4, 9], classes: [[7, 3, 1], [30]], lengths: [10, 4] };
    const [sum, mean, length] = await Promise.all(
      (['SUM', 'MEAN', 'LENGTH'] as const).map(async (by) => (await rankClasses({ ...options, by }, [example]))[0]!),
    );
    expect([...mean!.scores]).toEqual([sum!.scores[0]! / 3, sum!.scores[1]!]);
    expect([...length!.scores]).toEqual([sum!.scores[0]! / 10, sum!.scores[1]! / 4]);
    const { lengths, ...without } = example;
    expect(lengths).toHaveLength(2);
    await expect(rankClasses({ ...options, by: 'LENGTH' }, [without])).rejects.toMatchObject({
      code: 'LANGUAGE_OPTION_INVALID',
    });
    options.weights.dispose();
  });

  it('of a prompt that is too long is that of its end', async () => {
    const options = await open('gpt2');
    const prompt = randomTokens('long', 30);
    const continuation = [3, 8, 1];
    const [cut, short] = await scoreContinuations(options, [
      { prompt, continuation },
      { prompt: prompt.slice(12), continuation },
    ]);
    // 20 positions read 18 tokens of the prompt and 2 of the continuation.
    expect(cut).toMatchObject({ truncated: 12, logProbability: short!.logProbability });
    expect(short!.truncated).toBe(0);
    options.weights.dispose();
  });

  it.each([undefined, 0])('of long texts scores every token once (start token %s)', async (startToken) => {
    const options = await open('llama');
    const texts = [randomTokens('text', 23), randomTokens('other', 4)];
    const start = startToken === undefined ? {} : { startToken };
    const result = await measurePerplexity({ ...options, ...start, window: 8 }, texts);
    const tiny = await openTinyModel(join(goldenFolder, 'models/llama'));
    const wanted = texts.map((text) => {
      const tokens = startToken === undefined ? text : [startToken, ...text];
      let [sum, count] = [0, 0];
      for (let begin = 1; begin < tokens.length; begin += 8) {
        const end = Math.min(begin + 8, tokens.length);
        const read = tokens.slice(Math.max(0, end - 9), end - 1);
        const logits = tiny.forward(tiny.weights, [read]);
        for (let at = begin; at < end; at += 1) {
          sum += logSoftmax(logits, read.length - (end - at), 44)[tokens[at]!]!;
          count += 1;
        }
      }
      return { sum, count };
    });
    expect(wanted.map(({ count }) => count)).toEqual(startToken === undefined ? [22, 3] : [23, 4]);
    wanted.forEach(({ sum, count }, i) => {
      expect(result.texts[i]!.tokens).toBe(count);
      expect(result.texts[i]!.logProbability).toBeCloseTo(sum, 3);
    });
    const [sum, count] = [wanted[0]!.sum + wanted[1]!.sum, wanted[0]!.count + wanted[1]!.count];
    expect(result.perplexity / Math.exp(-sum / count)).toBeCloseTo(1, DIGITS);
    options.weights.dispose();
  });

  const pair = (prompt: Tokens, continuation: Tokens) => [{ prompt, continuation }];
  it.each<[string, readonly Continuation[], string]>([
    ['an empty prompt', pair([], [1]), 'LANGUAGE_SEQUENCE_EMPTY'],
    ['an empty continuation', pair([1], []), 'LANGUAGE_SEQUENCE_EMPTY'],
    ['a continuation without room', pair([1], new Int32Array(21)), 'LANGUAGE_SEQUENCE_TOO_LONG'],
    ['an id outside the vocabulary', pair([1], [40]), 'LANGUAGE_OPTION_INVALID'],
    ['an id below it', pair([-1], [4]), 'LANGUAGE_OPTION_INVALID'],
    [
      'more pairs than the cap',
      Array<Continuation>(languageLimits.sequences + 1).fill(pair([1], [2])[0]!),
      'LANGUAGE_SEQUENCES_TOO_MANY',
    ],
    ['a prompt above the cap', pair(new Int32Array(languageLimits.tokens + 1), [4]), 'LANGUAGE_SEQUENCE_TOO_LONG'],
    ['an id that is no whole number', pair([1.5], [4]), 'LANGUAGE_OPTION_INVALID'],
  ])('refuses %s', async (_, pairs, code) => {
    const options = await open('gpt2');
    await expect(scoreContinuations(options, pairs)).rejects.toMatchObject({ code });
    options.weights.dispose();
  });

  it('stops when told to', async () => {
    const options = await open('gpt2');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(scoreContinuations({ ...options, signal }, pair([1], [2]))).rejects.toThrow('enough');
    options.weights.dispose();
  });
});
