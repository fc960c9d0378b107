import { fileURLToPath } from 'node:url';
import { afterAll, assert, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { measure } from '../../metrics/index.js';
import type { Prompt, TextExamples } from '../../tasks/text/text-task.js';
import { openTokenizer, type Tokenizer } from '../../text/index.js';
import { generate, languageModel, ModelWeights, scoreContinuations, type Model } from '../index.js';
import { answerTexts, type AnswerMode } from './answer-texts.js';
import { encodePair, encodePrompt } from './encode-texts.js';
import { TINY_GPT2, TINY_T5, tinyLanguageModel } from './tiny-language-model.testing.js';

const folderOf = (name: string): string => fileURLToPath(new URL(`../../text/golden/${name}`, import.meta.url));

const sentences = ['the cat sat', 'a dog ran over the hill', 'no', 'the sun is warm today'];
const prompt: Prompt = { name: 'plain', input: 'review: {sentence}', labelWords: ['bad', 'good', 'very good'] };
const examples: TextExamples = {
  count: 4,
  texts: new Map([['sentence', sentences]]),
  answer: { form: 'CLASS', labels: Int32Array.of(0, 1, 2, 1) },
};

describe.each([
  ['gpt2', TINY_GPT2],
  ['t5', TINY_T5],
] as const)('a text task answered by %s', (name, json) => {
  let backend: SelectedBackend;
  let codec: Tokenizer;
  let model: Model;
  let weights: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'cpu' });
    codec = await openTokenizer(folderOf(name));
    model = tinyLanguageModel({ ...json, vocab_size: codec.vocabularySize, eos_token_id: codec.special.get('eos') });
    weights = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });
  const options = (mode: AnswerMode) => ({ tf: backend.tf, model, weights, codec, mode });

  it('reads prompt and answer as one text, or apart with ends', () => {
    const language = languageModel(model);
    const { prompt: before, continuation } = encodePair(language, codec, 'review: no', 'very good');
    expect(before).toEqual(codec.encode('review: no').ids);
    const answer = {
      gpt2: () => codec.encode('review: no very good').ids.slice(before.length),
      t5: () => [...codec.encode('very good', { bare: true }).ids, codec.special.get('eos')],
    }[name]();
    expect(continuation).toEqual(answer);
  });

  it('cuts a prompt and keeps the answer whole', () => {
    const language = languageModel(model);
    const whole = encodePair(language, codec, sentences[1]!, 'good');
    const cut = encodePair(language, codec, sentences[1]!, 'good', { maxPromptTokens: 5 });
    expect(cut.prompt).toHaveLength(5);
    expect(cut.continuation).toEqual(whole.continuation);
    expect(encodePrompt(language, codec, sentences[1]!, { maxPromptTokens: 5 })).toEqual(cut.prompt);
  });

  it('by the likeliest class takes the greatest score', async () => {
    const { answers, ranked } = await answerTexts(options('RANK'), examples, prompt);
    const language = languageModel(model);
    for (const [i, sentence] of sentences.entries()) {
      const pairs = prompt.labelWords.map((word) => encodePair(language, codec, `review: ${sentence}`, word));
      const sums = (await scoreContinuations(options('RANK'), pairs)).map(({ logProbability }) => logProbability);
      sums.forEach((sum, index) => expect(ranked![i]!.scores[index]).toBeCloseTo(sum, 4));
      expect(ranked![i]!.best).toBe(sums.indexOf(Math.max(...sums)));
    }
    expect(answers).toMatchObject({ kind: 'classes', classes: 3, expected: Int32Array.of(0, 1, 2, 1) });
    expect(measure('accuracy', answers).n).toBe(4);
  });

  it('by the likelihood of the right answer gives its perplexity', async () => {
    const { answers } = await answerTexts(options('LIKELIHOOD'), examples, prompt);
    assert(answers.kind === 'likelihoods');
    const [first] = await scoreContinuations(options('LIKELIHOOD'), [
      encodePair(languageModel(model), codec, `review: ${sentences[0]}`, 'bad'),
    ]);
    expect(answers.negativeLogLikelihood[0]).toBeCloseTo(-first!.logProbability, 4);
    expect(answers.tokens[0]).toBe(first!.tokens.length);
    const nll = answers.negativeLogLikelihood.reduce((a, b) => a + b, 0);
    const count = answers.tokens.reduce((a, b) => a + b, 0);
    expect(measure('perplexity', answers).value).toBeCloseTo(Math.exp(nll / count), 6);
  });

  it('by what it writes compares the texts', async () => {
    const { answers, generated } = await answerTexts({ ...options('GENERATE'), maxNewTokens: 6 }, examples, prompt);
    const language = languageModel(model);
    const prompts = sentences.map((sentence) => encodePrompt(language, codec, `review: ${sentence}`));
    const texts = await generate({ tf: backend.tf, model, weights, prompts, maxNewTokens: 6 });
    texts.forEach(({ tokens }, i) => expect(codec.decode(tokens).startsWith(generated![i]!)).toBe(true));
    expect(answers.kind).toBe('classes');
    // A task of texts whose right answers are what the model writes is answered right.
    const told: TextExamples = { ...examples, answer: { form: 'TEXT', texts: generated! } };
    const free: Prompt = { ...prompt, labelWords: [] };
    const again = await answerTexts({ ...options('GENERATE'), maxNewTokens: 6 }, told, free);
    expect(measure('exact_match', again.answers).value).toBe(1);
  });

  it('ends a text before a stop', async () => {
    const long = { ...options('GENERATE'), maxNewTokens: 6, stops: [] };
    const { generated } = await answerTexts(long, examples, prompt);
    const written = generated![0]!.trim();
    const stop = written.slice(-1);
    const stopped = await answerTexts({ ...long, stops: [stop] }, examples, prompt);
    expect(stopped.generated![0]!.trim()).toBe(written.slice(0, written.indexOf(stop)));
  });

  it('refuses to choose among answers that are no classes', async () => {
    const numbers: TextExamples = { ...examples, answer: { form: 'NUMBER', numbers: new Float32Array(4) } };
    const without = { ...prompt, labelWords: [] };
    await expect(answerTexts(options('RANK'), numbers, without)).rejects.toMatchObject({
      code: 'LANGUAGE_ANSWERS_UNRANKED',
    });
  });
});
