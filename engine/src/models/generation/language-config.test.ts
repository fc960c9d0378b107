import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { languageLimits as limits, matchTargets, openModel, parseModelConfig } from '../index.js';
import { goldenFolder } from '../golden.testing.js';
import { parseLlamaConfig } from '../llama/llama-config.js';
import { parseT5Config } from '../t5/t5-config.js';

type Json = Readonly<Record<string, unknown>>;

const golden = (name: string): string => join(goldenFolder, 'models', name);
const read = (path: string): Json => JSON.parse(readFileSync(join(goldenFolder, 'models', path), 'utf8')) as Json;

describe('the configuration of a language model', () => {
  it('of Llama reads alike in the layouts of transformers 4 and 5', () => {
    const [older, newer] = ['llama/config.transformers4.json', 'llama/config.json'].map((path) =>
      parseLlamaConfig(path, read(path)),
    );
    expect(older).toEqual(newer);
  });

  it('of T5 that transformers 5 wrote as tied has the head that is stored', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crucible-t5-'));
    await cp(golden('t5-flan'), folder, { recursive: true });
    await rm(join(folder, 'config.json'));
    await cp(golden('t5-flan/config.transformers5.json'), join(folder, 'config.json'));
    const [rewritten, original] = await Promise.all([openModel(folder), openModel(golden('t5-flan'))]);
    expect(rewritten.config).toEqual(original.config);
    expect(original.config).toMatchObject({ tied: false, scaledHead: false });
    await rm(folder, { recursive: true });
  });

  const scaling = (fields: Json): Json => ({ rope_parameters: undefined, rope_scaling: fields, rope_theta: 500_000 });
  const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
  it.each<[string, Json, object]>([
    ['nothing', { rope_parameters: undefined }, { rotaryTheta: 10_000, rotaryScaling: { kind: 'DEFAULT' } }],
    ['its older field', scaling({ type: 'linear', factor: 2 }), { rotaryScaling: { kind: 'LINEAR', factor: 2 } }],
    [
      'the layout of transformers 4',
      scaling({ rope_type: 'llama3', ...llama3 }),
      {
        rotaryTheta: 500_000,
        rotaryScaling: {
          kind: 'LLAMA3',
          factor: 8,
          lowFrequencyFactor: 1,
          highFrequencyFactor: 4,
          originalPositions: 8192,
        },
      },
    ],
    ['null', { rope_scaling: null, rope_parameters: null }, { rotaryScaling: { kind: 'DEFAULT' } }],
  ])('reads rotary positions from %s', (_, change, expected) => {
    expect(parseLlamaConfig('test', { ...read('llama/config.json'), ...change })).toMatchObject(expected);
  });

  it.each<[string, string, Json, string]>([
    ['llama', 'yarn of unknown context', scaling({ rope_type: 'yarn', factor: 4 }), 'original_max_position_embeddings'],
    ['llama', 'turns in the wrong order', scaling({ rope_type: 'yarn', factor: 4, beta_fast: 1 }), 'beta_fast'],
    ['llama', 'dynamic NTK', scaling({ type: 'dynamic', factor: 4 }), 'type is "dynamic"'],
    ['llama', 'longrope', scaling({ rope_type: 'longrope' }), 'rope_type is "longrope"'],
    ['llama', 'part of a head that turns', { partial_rotary_factor: 0.5 }, 'partial_rotary_factor'],
    ['llama', 'pairs that turn alike', { rope_parameters: { rope_theta: 1 } }, 'rope_theta'],
    ['llama', 'no factor', scaling({ type: 'linear' }), 'factor'],
    [
      'llama',
      'factors in the wrong order',
      scaling({ rope_type: 'llama3', ...llama3, high_freq_factor: 1 }),
      'high_freq',
    ],
    ['llama', 'groups that do not divide heads', { num_key_value_heads: 3 }, 'num_key_value_heads'],
    ['llama', 'heads of odd size', { head_dim: 5 }, 'head_dim'],
    ['llama', 'another activation', { hidden_act: 'xielu' }, 'hidden_act'],
    ['llama', 'an end token outside the vocabulary', { eos_token_id: [1, 44] }, 'eos_token_id'],
    ['mistral', 'a window that hides keys', { sliding_window: 32 }, 'sliding_window'],
    [
      'mistral',
      'the window of silence',
      { sliding_window: undefined, max_position_embeddings: 32_768 },
      'sliding_window',
    ],
    ['qwen2', 'a window that hides keys', { use_sliding_window: true, sliding_window: 32 }, 'sliding_window'],
    ['gpt2', 'cross-attention', { add_cross_attention: true }, 'add_cross_attention'],
    ['gpt2', 'heads that do not divide it', { n_head: 4 }, 'n_head'],
    ['t5-flan', 'another MLP', { feed_forward_proj: 'gated-tanh' }, 'feed_forward_proj'],
    ['t5-flan', 'buckets that do not halve twice', { relative_attention_num_buckets: 6 }, 'num_buckets'],
    ['t5-flan', 'a distance within the exact buckets', { relative_attention_max_distance: 4 }, 'max_distance'],
    ['llama', 'a vocabulary above the cap', { vocab_size: limits.vocabulary + 1 }, 'vocab_size'],
    ['llama', 'a width above the cap', { hidden_size: limits.hiddenSize + 1 }, 'hidden_size'],
    ['llama', 'an MLP above the cap', { intermediate_size: limits.intermediateSize + 1 }, 'intermediate_size'],
    ['llama', 'more layers than the cap', { num_hidden_layers: limits.layers + 1 }, 'num_hidden_layers'],
    ['llama', 'more heads than the cap', { num_attention_heads: limits.heads + 1 }, 'num_attention_heads'],
    ['llama', 'more positions than the cap', { max_position_embeddings: limits.positions + 1 }, 'max_position'],
    ['t5-flan', 'more buckets than the cap', { relative_attention_num_buckets: limits.buckets + 4 }, 'num_buckets'],
    ['gpt2', 'more end tokens than the cap', { eos_token_id: Array(65).fill(1) }, 'eos_token_id'],
  ])('of %s is refused with %s', (name, _, change, text) => {
    expect(() => parseModelConfig('test', { ...read(`${name}/config.json`), ...change })).toThrow(
      expect.objectContaining({ code: 'MODEL_CONFIG_UNSUPPORTED', message: expect.stringContaining(text) }),
    );
  });

  it('allows a window as wide as the context', () => {
    const json = { ...read('mistral/config.json'), sliding_window: 64 };
    expect(parseModelConfig('test', json).family).toBe('llama');
  });

  it.each([
    ['relu', { gated: false, activation: 'relu' }],
    ['gated-gelu', { gated: true, activation: 'gelu_new' }],
    ['gated-silu', { gated: true, activation: 'silu' }],
    ['gelu', { gated: false, activation: 'gelu' }],
  ])('of T5 reads %s', (name, expected) => {
    expect(parseT5Config('test', { model_type: 't5', feed_forward_proj: name })).toMatchObject(expected);
  });
});

// golden/models/all-linear.json: the modules that PEFT 0.21.0 adapts.
describe("target modules 'all-linear'", () => {
  const { modules } = read('all-linear.json') as { readonly modules: Readonly<Record<string, readonly string[]>> };
  it.each(Object.entries(modules))('of %s are those of PEFT', async (name, expected) => {
    const { linearLayers } = await openModel(golden(name));
    expect(matchTargets(linearLayers.keys(), ['all-linear'])).toEqual(expected);
  });

  it.each(['llama', 't5-flan', 'gpt2-variant'])('leave out a head that may be named (%s)', async (name) => {
    const { linearLayers } = await openModel(golden(name));
    expect(matchTargets(linearLayers.keys(), ['lm_head'])).toEqual(['lm_head']);
  });
});
