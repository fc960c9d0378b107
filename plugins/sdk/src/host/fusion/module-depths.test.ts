import { describe, expect, it } from 'vitest';
import { moduleDepths } from './module-depths.js';

describe('moduleDepths', () => {
  it.each<[string, readonly (readonly [module: string, depth: number])[]]>([
    [
      'a decoder: layer / (layers - 1), embeddings before and the head behind',
      [
        ['lm_head', 1],
        ['model.embed_tokens', 0],
        ['model.layers.0.self_attn.q_proj', 0],
        ['model.layers.1.mlp.up_proj', 0.25],
        ['model.layers.2.mlp.up_proj', 0.5],
        ['model.layers.4.mlp.up_proj', 1],
        ['model.norm', 1],
      ],
    ],
    [
      'an encoder and a decoder, each by itself, by the first number',
      [
        ['decoder.block.0.layer.1.EncDecAttention.q', 0],
        ['decoder.block.2.layer.0.SelfAttention.q', 1],
        ['encoder.block.1.layer.0.SelfAttention.q', 0.25],
        ['encoder.block.4.layer.0.SelfAttention.q', 1],
        ['shared', 0],
      ],
    ],
    [
      'experts, whose own number is no depth',
      [
        ['model.layers.0.mlp.experts.7.w1', 0],
        ['model.layers.3.mlp.experts.7.w1', 1],
      ],
    ],
    [
      'CLIP',
      [
        ['vision_model.embeddings.patch_embedding', 0],
        ['vision_model.encoder.layers.11.self_attn.v_proj', 1],
        ['vision_model.pre_layrnorm', 0],
        ['visual_projection', 1],
      ],
    ],
    [
      'GPT-2',
      [
        ['transformer.h.3.attn.c_attn', 0.5],
        ['transformer.h.6.attn.c_attn', 1],
        ['transformer.wte', 0],
      ],
    ],
    [
      'GPT-NeoX, whose head is called an embedding',
      [
        ['embed_out', 1],
        ['gpt_neox.embed_in', 0],
        ['gpt_neox.layers.0.attention.dense', 0],
        ['gpt_neox.layers.5.attention.dense', 1],
      ],
    ],
    ['one layer alone', [['h.0.fc1', 0]]],
    ['numbers within a part of a name', [['fc1', 1]]],
  ])('%s', (_, modules) => {
    expect(moduleDepths(modules.map(([module]) => module))).toEqual(modules.map(([, depth]) => depth));
  });
});
