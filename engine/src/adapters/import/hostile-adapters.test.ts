import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TensorToWrite } from '../../tensors/index.js';
import { adapterLimits } from '../limits.js';
import { inspectAdapter } from './inspect-adapter.js';
import { base, fresh, importFrom, tensor, writeFileOf, writePeft } from './import-cases.testing.js';

describe('hostile files', () => {
  const a = (shape: readonly number[], name = 'q') => tensor(`base_model.model.${name}.lora_A.weight`, shape);
  const b = (shape: readonly number[], name = 'q') => tensor(`base_model.model.${name}.lora_B.weight`, shape);
  it.each<[string, readonly TensorToWrite[], string]>([
    ['without B', [a([2, 3])], 'MODULE_INVALID'],
    ['without A', [b([3, 2])], 'MODULE_INVALID'],
    ['of two ranks', [a([2, 3]), b([3, 1])], 'MODULE_INVALID'],
    ['of vectors', [a([2]), b([3, 2])], 'MODULE_INVALID'],
    ['of three dimensions', [a([2, 3, 4]), b([3, 2, 1])], 'MODULE_INVALID'],
    ['with a kernel in B', [a([2, 3, 3, 3]), b([3, 2, 3, 3])], 'MODULE_INVALID'],
    ['of nothing', [a([2, 0]), b([3, 2])], 'MODULE_INVALID'],
    ['of integers', [{ ...a([2, 3]), dtype: 'I32' }, b([3, 2])], 'MODULE_INVALID'],
    ['with a path for a name', [a([2, 3], '../q'), b([3, 2], '../q')], 'MODULE_INVALID'],
    [
      'with a long name',
      [
        a([2, 3], 'q'.repeat(adapterLimits.nameCharacters + 1)),
        b([3, 2], 'q'.repeat(adapterLimits.nameCharacters + 1)),
      ],
      'MODULE_INVALID',
    ],
    [
      'of NaN',
      [tensor('base_model.model.q.lora_A.weight', [2, 3], new Float32Array(6).fill(Number.NaN)), b([3, 2])],
      'NOT_FINITE',
    ],
    [
      'of another adapter family',
      [a([2, 3]), b([3, 2]), tensor('base_model.model.q.hada_w1_a', [1])],
      'FOREIGN_TENSOR',
    ],
    [
      'with trained tokens',
      [a([2, 3]), b([3, 2]), tensor('base_model.model.q.token_adapter.trainable_tokens_delta', [1])],
      'FOREIGN_TENSOR',
    ],
    [
      'with a bias of another size',
      [a([2, 3]), b([3, 2]), tensor('base_model.model.q.lora_B.bias', [4])],
      'MODULE_INVALID',
    ],
    ['of no tensor', [], 'WITHOUT_MODULES'],
  ])('%s are reported, and refused', async (_, tensors, code) => {
    const where = await writePeft(tensors, {});
    const report = await inspectAdapter(where);
    expect(report.blockers.map((blocker) => blocker.code)).toContain(code);
    await expect(importFrom(where)).rejects.toMatchObject({
      code: 'ADAPTER_IMPORT_REFUSED',
      details: { blockers: report.blockers },
    });
  });

  it('give a report of bounded length', async () => {
    const tensors = Array.from({ length: adapterLimits.findings + 50 }, (_, i) => a([2, 3], `q${i}`));
    const report = await inspectAdapter(await writePeft(tensors, {}));
    expect(report.blockers).toHaveLength(adapterLimits.findings);
    const targets = Array.from({ length: adapterLimits.findings + 50 }, (_, i) => `t${i}`);
    const odd = await inspectAdapter(await writePeft([a([2, 3]), b([3, 2])], { target_modules: targets }));
    expect(odd.notices).toHaveLength(adapterLimits.findings);
  });

  it('of diffusion models above the cap of rank, or with metadata above that of a manifest', async () => {
    const rank = adapterLimits.rank + 1;
    const tensors = [
      tensor('lora_unet_q.lora_down.weight', [rank, 1]),
      tensor('lora_unet_q.lora_up.weight', [1, rank]),
    ];
    const report = await inspectAdapter(await writeFileOf(tensors));
    expect(report.blockers).toMatchObject([
      { code: 'MODULE_INVALID', reason: expect.stringContaining(`${rank}`) as string },
    ]);
    const small = [tensor('unet.q.lora_A.weight', [2, 3]), tensor('unet.q.lora_B.weight', [3, 2])];
    const metadata = { lora_adapter_metadata: `"${'x'.repeat(adapterLimits.manifestCharacters)}"` };
    expect((await inspectAdapter(await writeFileOf(small, metadata))).blockers).toMatchObject([
      { code: 'CONFIG_INVALID' },
    ]);
  });

  it('with a scale above the cap', async () => {
    const where = await writePeft([a([2, 3]), b([3, 2])], { lora_alpha: 2.5 * adapterLimits.scale });
    expect((await inspectAdapter(where)).blockers).toMatchObject([{ code: 'MODULE_INVALID', subject: 'q' }]);
    const alpha = tensor('lora_unet_q.alpha', [], Float32Array.of(2.5 * adapterLimits.scale));
    const path = await writeFileOf([
      tensor('lora_unet_q.lora_down.weight', [2, 3]),
      tensor('lora_unet_q.lora_up.weight', [3, 2]),
      alpha,
    ]);
    expect((await inspectAdapter(path)).blockers).toMatchObject([{ code: 'MODULE_INVALID', subject: 'lora_unet_q' }]);
  });

  it('with more targets, or longer ones, than are read', async () => {
    const long = 'q'.repeat(adapterLimits.patternCharacters + 1);
    for (const targets of [Array.from({ length: adapterLimits.targetModules + 1 }, () => 'q'), [long]]) {
      const where = await writePeft([a([2, 3]), b([3, 2])], { target_modules: targets });
      expect((await inspectAdapter(where)).blockers).toMatchObject([
        { code: 'CONFIG_INVALID', subject: 'target_modules' },
      ]);
    }
  });

  it('with a whole tensor of more entries than an adapter takes', async () => {
    // Sparse on disk: a header, and a hole of zeros behind the first entry.
    const columns = Math.floor(adapterLimits.fullUpdateElements / 1024) + 1;
    const writeSparse = async (path: string, name: string, first: number): Promise<void> => {
      const bytes = 1024 * columns * 4;
      const json = JSON.stringify({
        [name]: { dtype: 'F32', shape: [1024, columns], data_offsets: [0, bytes] },
      }).padEnd(256);
      const head = Buffer.alloc(8 + 256 + 4);
      head.writeBigUInt64LE(256n);
      head.write(json, 8);
      head.writeFloatLE(first, 8 + 256);
      await writeFile(path, head);
      await truncate(path, 8 + 256 + bytes);
    };
    const [where, stock] = [await writePeft([], { modules_to_save: ['head'] }), await fresh()];
    await writeSparse(join(where, 'adapter_model.safetensors'), 'base_model.model.head.weight', 1);
    await writeSparse(join(stock, 'model.safetensors'), 'head.weight', 2);
    const report = await inspectAdapter(where, { base: { digest: base.digest, folder: stock } });
    expect(report.blockers).toMatchObject([
      { code: 'FULL_UPDATE_TOO_LARGE', reason: expect.stringContaining(`${1024 * columns} entries`) as string },
    ]);
  });

  it('of a rank above the cap of singular values are imported without them', async () => {
    const rank = adapterLimits.spectrumRank + 1;
    const where = await writePeft([a([rank, 3]), b([3, rank])], { r: rank });
    const report = await inspectAdapter(where);
    expect(report.importable).toBe(true);
    expect(report.modules[0]).not.toHaveProperty('spectrum');
  });

  it('that are no JSON, or no object', async () => {
    const where = await writePeft([a([2, 3]), b([3, 2])], {});
    for (const text of ['{', '[]', '{"r":1,"r":2}']) {
      await writeFile(join(where, 'adapter_config.json'), text);
      expect((await inspectAdapter(where)).blockers[0]).toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });
});
