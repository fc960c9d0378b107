import { describe, expect, it } from 'vitest';
import { viewBytes, type TensorToWrite } from '../../tensors/index.js';
import { inspectAdapter } from './inspect-adapter.js';
import { base, importFrom, tensor, writeFileOf } from './import-cases.testing.js';

describe('kohya’s and diffusers’ files', () => {
  const kohya = (name: string, down: readonly number[], up: readonly number[], alpha?: number): TensorToWrite[] => [
    tensor(`${name}.lora_down.weight`, down),
    tensor(`${name}.lora_up.weight`, up),
    ...(alpha === undefined ? [] : [tensor(`${name}.alpha`, [], Float32Array.of(alpha))]),
  ];

  it('of kohya have an alpha a layer, convolutions, and names that the base resolves', async () => {
    const path = await writeFileOf(
      [
        ...kohya('lora_unet_model_layers_0_self_attn_q_proj', [4, 16], [16, 4], 2),
        ...kohya('lora_te_text_model_encoder_layers_0_mlp_fc1', [2, 8], [6, 2]),
        ...kohya('lora_unet_down_blocks_0_resnets_0_conv1', [2, 3, 3, 3], [5, 2, 1, 1], 1),
      ],
      { ss_base_model_version: 'sd_v1' },
    );
    const report = await inspectAdapter(path, { base, spectra: false });
    expect(report).toMatchObject({ dialect: 'KOHYA', importable: true, base: { name: 'sd_v1' } });
    expect(report.modules).toMatchObject([
      { name: 'lora_te_text_model_encoder_layers_0_mlp_fc1', scale: 1, rank: 2 },
      { name: 'lora_unet_down_blocks_0_resnets_0_conv1', scale: 0.5, layout: 'CONV2D', kernel: [3, 3], inFeatures: 27 },
      { name: 'model.layers.0.self_attn.q_proj', scale: 0.5, rank: 4, alpha: 2 },
    ]);
    expect(report.notices.map(({ code }) => code).sort()).toEqual(['ALPHA_MISSING', 'NAME_UNRESOLVED']);
    expect((await importFrom(path)).manifest.provenance).toMatchObject({ dialect: 'KOHYA', baseModel: 'sd_v1' });
  });

  it.each<[string, string, string, string]>([
    [
      'unet.down.attn1.processor.to_q_lora.down.weight',
      'unet.down.attn1.processor.to_q_lora.up.weight',
      'unet.down.attn1.to_q',
      'processors',
    ],
    [
      'unet.down.attn1.processor.to_out_lora.down.weight',
      'unet.down.attn1.processor.to_out_lora.up.weight',
      'unet.down.attn1.to_out.0',
      'processors, output',
    ],
    [
      'text_encoder.q_proj.lora_linear_layer.down.weight',
      'text_encoder.q_proj.lora_linear_layer.up.weight',
      'text_encoder.q_proj',
      'LoRA-compatible layers',
    ],
    ['unet.attn1.to_k.lora.down.weight', 'unet.attn1.to_k.lora.up.weight', 'unet.attn1.to_k', 'layers'],
    [
      'transformer.blocks.0.to_v.lora_A.weight',
      'transformer.blocks.0.to_v.lora_B.weight',
      'transformer.blocks.0.to_v',
      'PEFT’s factors under a component',
    ],
  ])('of diffusers: %s', async (down, up, module) => {
    const report = await inspectAdapter(await writeFileOf([tensor(down, [2, 6]), tensor(up, [4, 2])]));
    expect(report).toMatchObject({ dialect: 'DIFFUSERS', importable: true });
    expect(report.modules).toMatchObject([{ name: module, rank: 2, scale: 1, inFeatures: 6, outFeatures: 4 }]);
    expect(report.notices.map(({ code }) => code)).toContain('ALPHA_MISSING');
  });

  it.each<[string, TensorToWrite['dtype'], ArrayBufferView, number | undefined]>([
    ['I64', 'I64', BigInt64Array.of(6n), 3],
    ['I32', 'I32', Int32Array.of(6), 3],
    ['F64', 'F64', Float64Array.of(6), 3],
    ['BOOL', 'BOOL', Uint8Array.of(1), undefined],
    ['NaN', 'F64', Float64Array.of(Number.NaN), undefined],
    ['two numbers', 'F32', Float32Array.of(1, 2), undefined],
  ])('of kohya may store alpha as %s', async (_, dtype, values, scale) => {
    const shape = dtype === 'F32' ? [2] : [];
    const alpha = { name: 'lora_unet_q.alpha', dtype, shape, read: () => viewBytes(values) };
    const report = await inspectAdapter(await writeFileOf([...kohya('lora_unet_q', [2, 6], [4, 2]), alpha]));
    expect(report.importable).toBe(scale !== undefined);
    expect(report.modules.map((module) => module.scale)).toEqual([scale ?? 1]);
  });

  it('of diffusers may say their configuration in the metadata', async () => {
    const metadata = JSON.stringify({
      'unet.r': 2,
      'unet.lora_alpha': 8,
      'unet.alpha_pattern': { k: 6 },
      'unet.target_modules': ['q', 'k'],
    });
    const tensors = ['q', 'k'].flatMap((name) => [
      tensor(`unet.${name}.lora_A.weight`, [2, 6]),
      tensor(`unet.${name}.lora_B.weight`, [4, 2]),
    ]);
    const report = await inspectAdapter(await writeFileOf(tensors, { lora_adapter_metadata: metadata }));
    expect(report.modules).toMatchObject([
      { name: 'unet.k', scale: 3 },
      { name: 'unet.q', scale: 4 },
    ]);
    const bad = await inspectAdapter(await writeFileOf(tensors, { lora_adapter_metadata: '[' }));
    expect(bad.blockers).toMatchObject([{ code: 'CONFIG_INVALID' }]);
  });

  it.each<[string, string, string]>([
    ['DoRA', 'lora_unet_q.dora_scale', 'DORA'],
    ['LoHa', 'lora_unet_q.hada_w1_a', 'FAMILY_UNSUPPORTED'],
    ['LoKr', 'lora_unet_q.lokr_w1', 'FAMILY_UNSUPPORTED'],
    ['a middle factor', 'lora_unet_q.lora_mid.weight', 'FAMILY_UNSUPPORTED'],
    ['a full difference', 'lora_unet_q.diff', 'FAMILY_UNSUPPORTED'],
    ['something else', 'bundle_emb.x', 'FOREIGN_TENSOR'],
  ])('with %s are refused', async (_, name, code) => {
    const report = await inspectAdapter(
      await writeFileOf([...kohya('lora_unet_q', [2, 6], [4, 2], 2), tensor(name, [4])]),
    );
    expect(report.blockers).toMatchObject([{ code, subject: name }]);
  });
});
