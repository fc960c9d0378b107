import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { measure } from '../../metrics/index.js';
import type { Prompt, TextExamples } from '../../tasks/text/text-task.js';
import { openTokenizer, type Tokenizer } from '../../text/index.js';
import { languageProblem, scoreSplit, trainOnProblem } from '../../training/index.js';
import {
  createEvaluator,
  createTangentEvaluator,
  foldUpdates,
  languageModel,
  ModelWeights,
  type LowRankUpdates,
  type Model,
  type WeightSource,
} from '../index.js';
import { answerTexts, type AnswerMode, type AnswerTextsOptions } from './answer-texts.js';
import { encodePair } from './encode-texts.js';
import { TINY_GPT2, TINY_T5, tinyLanguageModel } from './tiny-language-model.testing.js';

const folderOf = (name: string): string => fileURLToPath(new URL(`../../text/golden/${name}`, import.meta.url));

const prompt: Prompt = { name: 'plain', input: 'mood: {sentence}', labelWords: ['bad', 'good'] };
const sentences = ['the cat sat', 'no sun today'];
const examples: TextExamples = {
  count: 2,
  texts: new Map([['sentence', sentences]]),
  answer: { form: 'CLASS', labels: Int32Array.of(0, 1) },
};

/** From texts to an adapter to an answer, by the code that every family shares: what one is trained on is what it is scored by. */
describe.each([
  ['gpt2', TINY_GPT2],
  ['t5', TINY_T5],
] as const)('a %s that learns a text task', (name, json) => {
  let backend: SelectedBackend;
  let codec: Tokenizer;
  let model: Model;
  let weights: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    codec = await openTokenizer(folderOf(name));
    // A head of its own, which learns as well: so small a model has no room elsewhere.
    model = tinyLanguageModel({
      ...json,
      tie_word_embeddings: false,
      vocab_size: codec.vocabularySize,
      eos_token_id: codec.special.get('eos'),
    });
    weights = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });

  const problem = () => {
    const pairs = sentences.map((sentence, i) =>
      encodePair(languageModel(model), codec, `mood: ${sentence}`, prompt.labelWords[i % 2]!, { endsAnswers: true }),
    );
    return languageProblem({
      model,
      readSplit: async () => ({
        prompts: pairs.map((pair) => pair.prompt),
        answers: pairs.map(({ continuation }) => continuation),
      }),
    });
  };
  const answer = (mode: AnswerMode, of: Pick<AnswerTextsOptions, 'weights' | 'tangent'>) =>
    answerTexts({ tf: backend.tf, model, codec, mode, endsAnswers: true, ...of }, examples, prompt);
  const meanLoss = async (of: Pick<AnswerTextsOptions, 'weights' | 'tangent'>): Promise<number> => {
    const { answers } = await answer('LIKELIHOOD', of);
    return Math.log(measure('perplexity', answers).value);
  };
  const train = async (linearization: 'NONE' | 'MODULE' | 'NETWORK'): Promise<LowRankUpdates> => {
    const { updates } = await trainOnProblem({
      tf: backend.tf,
      problem: problem(),
      mode: {
        kind: 'FACTORS',
        rank: 8,
        alpha: 16,
        targetModules: ['all-linear', 'lm_head'],
        frame: { seed: 1 },
        linearization,
      },
      learningRate: 2e-2,
      steps: 90,
      batchSize: 2,
      warmup: 4,
      weightDecay: 0,
      seed: 1,
    });
    return updates;
  };

  it('has the validation loss that its likelihoods tell', async () => {
    const { tf } = backend;
    const own = problem();
    const split = await own.readSplit('validation');
    const forward = (batch: Parameters<typeof own.forward>[2]) => own.forward(tf, createEvaluator(tf, weights), batch);
    const { loss } = await scoreSplit({ tf, problem: own, split, forward });
    expect(await meanLoss({ weights })).toBeCloseTo(loss, 4);
  });

  it.each(['NONE', 'MODULE'] as const)('answers as it was taught (linearization: %s)', async (linearization) => {
    const before = await meanLoss({ weights });
    const folded: WeightSource & { dispose(): void } = foldUpdates(backend.tf, weights, await train(linearization));
    expect(await meanLoss({ weights: folded })).toBeLessThan(0.1 * before);
    for (const mode of ['GENERATE', 'RANK'] as const) {
      const { answers } = await answer(mode, { weights: folded });
      expect(measure('accuracy', answers).value, `by ${mode}`).toBe(1);
    }
    folded.dispose();
  });

  it('answers by its tangent as it was taught (linearization: NETWORK)', async () => {
    const before = await meanLoss({ weights });
    const tangent = createTangentEvaluator(backend.tf, weights, await train('NETWORK'));
    expect(await meanLoss({ weights, tangent })).toBeLessThan(0.1 * before);
    for (const mode of ['GENERATE', 'RANK'] as const) {
      const { answers } = await answer(mode, { weights, tangent });
      expect(measure('accuracy', answers).value, `by ${mode}`).toBe(1);
    }
    tangent.dispose();
  });
});
