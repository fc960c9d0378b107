import { createKeyedRandom } from '../../random/index.js';
import { parseModelConfig, type Model, type ModelJson } from '../index.js';

/** A model of random weights for that configuration, large enough that attention, norms and biases matter. */
export function tinyLanguageModel(json: ModelJson, seed = 1): Model {
  const architecture = parseModelConfig('tiny', json);
  const random = createKeyedRandom(seed);
  const parameters = [...architecture.parameterSpecs].map(([name, { shape }]) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const noise = random.normal([name], size);
    // Norms around 1, all else around 0.
    const values =
      /norm|ln_/.test(name) && name.endsWith('.weight') ? noise.map((x) => 1 + 0.2 * x) : noise.map((x) => 0.4 * x);
    return [name, { shape, values }] as const;
  });
  return { ...architecture, parameters: new Map(parameters), preprocessing: undefined };
}

export const TINY_GPT2 = { model_type: 'gpt2', n_positions: 96, n_embd: 12, n_layer: 2, n_head: 2 } as const;
export const TINY_T5 = { model_type: 't5', d_model: 12, d_kv: 4, d_ff: 16, num_layers: 1, num_heads: 3 } as const;
