import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { readTensor } from '../../backend/read-tensors.testing.js';
import { testedBackends } from '../../backend/tested-backends.testing.js';
import { createEvaluator, ModelWeights, type ModelOutput } from '../index.js';
import { generate } from './generate.js';
import { CAUSAL_CASES, deviation, readLanguageGolden, T5_CASES, textsOf } from './golden-language.testing.js';

const CASES = [...CAUSAL_CASES, ...T5_CASES];
const OUTPUTS: Readonly<Record<string, ModelOutput>> = {
  logits: 'logits',
  last_hidden_state: 'hidden',
  encoder_last_hidden_state: 'encoded',
};

describe.each(testedBackends)('language models on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  it.each(CASES)('give the outputs of models/%s', async (name) => {
    const { tf } = backend;
    const { model, text, decoder, expected, tolerance } = await readLanguageGolden(name);
    const weights = new ModelWeights(tf, model.parameters);
    for (const [key, values] of expected) {
      const output = OUTPUTS[key];
      if (output === undefined) continue;
      const got = await readTensor(tf, () =>
        model.forward(createEvaluator(tf, weights), { text, ...(decoder !== undefined && { decoder }) }, output),
      );
      // The reference is zeroed where the encoder read padding.
      const width = model.widthOf(output);
      const seen =
        output === 'encoded' ? got.map((value, i) => (text.mask[Math.floor(i / width)] === 0 ? 0 : value)) : got;
      expect(deviation(seen, values, tolerance), `${name} ${key}`).toBeLessThanOrEqual(1);
    }
    weights.dispose();
  });

  it.each(CASES)('generate the tokens of models/%s, with a cache and without', async (name) => {
    const { tf } = backend;
    const { model, text, generated, maxNewTokens } = await readLanguageGolden(name);
    const weights = new ModelWeights(tf, model.parameters);
    const before = tf.memory().numTensors;
    for (const cache of [true, false]) {
      const results = await generate({ tf, model, weights, prompts: textsOf(text), maxNewTokens, cache });
      const tokens = results.map(({ tokens: made, endedBy }) => [...made, ...(endedBy === undefined ? [] : [endedBy])]);
      const padded = tokens.map((row) => [...row, ...Array<number>(maxNewTokens - row.length).fill(0)]);
      expect(padded, `cache: ${cache}`).toEqual(generated);
    }
    // Transposed weights stay, for the next call; nothing else does.
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + weights.names().length);
    weights.dispose();
  });
});
