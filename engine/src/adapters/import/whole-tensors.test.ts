import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors, viewBytes, writeSafetensors } from '../../tensors/index.js';
import { goldenPeft } from '../golden.testing.js';
import { adapterLimits } from '../limits.js';
import { openAdapter } from '../open-adapter.js';
import { inspectAdapter } from './inspect-adapter.js';
import { base, fresh, golden, importFrom, llama, renamed, tensor, wave, writePeft } from './import-cases.testing.js';

describe('the layouts of the base', () => {
  it('stand in the manifest, and factors are those of the linear map', async () => {
    const gpt2 = await importFrom(golden('gpt2/bias-a'), 'gpt2', {
      base: { digest: base.digest, folder: join(goldenPeft, '_base/gpt2') },
    });
    const adapter = await openAdapter(gpt2.path);
    expect([...adapter.modules.values()]).toMatchObject([
      { name: 'transformer.h.0.attn.c_attn', inFeatures: 16, outFeatures: 48, layout: 'TRANSPOSED' },
      {
        name: 'transformer.h.0.attn.c_attn.bias',
        inFeatures: 1,
        outFeatures: 48,
        rank: 1,
        layout: 'VECTOR',
        parameter: 'BIAS',
      },
    ]);
    expect((await adapter.readFactors('transformer.h.0.attn.c_attn.bias')).a).toEqual(Float32Array.of(1));
    await adapter.close();
    const { inspection } = await importFrom(golden('llama/embed-a'));
    expect(inspection.modules[0]).toMatchObject({
      name: 'model.embed_tokens',
      layout: 'EMBEDDING',
      inFeatures: 24,
      outFeatures: 16,
    });
    expect(inspection.notices).toMatchObject([{ code: 'COPY_UNCHANGED' }]);
  });

  it('of a convolution keep the kernel', async () => {
    const tensors = [
      tensor('base_model.model.q.lora_A.weight', [2, 3, 5, 7]),
      tensor('base_model.model.q.lora_B.weight', [4, 2, 1, 1]),
    ];
    const { path } = await importFrom(await writePeft(tensors, {}), 'conv', { base: { digest: base.digest } });
    const adapter = await openAdapter(path);
    expect(adapter.modules.get('q')).toEqual({
      name: 'q',
      inFeatures: 105,
      outFeatures: 4,
      rank: 2,
      scale: 2,
      layout: 'CONV2D',
      kernel: [5, 7],
    });
    expect((await adapter.readFactors('q')).a).toEqual(wave(210, 'base_model.model.q.lora_A.weight'.length));
    await adapter.close();
  });

  it('are decided by the base where the flag of the configuration is that of another layer', async () => {
    const name = 'base_model.model.transformer.h.0.attn.c_attn';
    const tensors = [tensor(`${name}.lora_A.weight`, [2, 16]), tensor(`${name}.lora_B.weight`, [48, 2])];
    const where = await writePeft(tensors, { target_modules: ['c_attn'], fan_in_fan_out: false });
    const folderOfBase = join(goldenPeft, '_base/gpt2');
    const report = await inspectAdapter(where, { base: { digest: base.digest, folder: folderOfBase } });
    expect(report.modules).toMatchObject([{ layout: 'TRANSPOSED' }]);
    expect(report.notices).toMatchObject([{ code: 'LAYOUT_DECIDED' }]);
    expect((await inspectAdapter(where)).modules[0]).not.toHaveProperty('layout');
  });
});

describe('tensors that were trained whole', () => {
  it('are updates of full rank: base and update give what was saved, to one rounding', async () => {
    const { path, inspection } = await importFrom(golden('llama/saved-a'));
    expect(inspection.modules[0]).toMatchObject({ name: 'lm_head', kind: 'FULL', rank: 16, scale: 1 });
    const adapter = await openAdapter(path);
    const { b } = await adapter.readFactors('lm_head');
    await adapter.close();
    const saved = await openSafetensors(join(golden('llama/saved-a'), 'adapter_model.safetensors'));
    const stock = await openSafetensors(join(llama, 'model.safetensors'));
    const [want, from] = [
      await saved.readFloat32('base_model.model.lm_head.weight'),
      await stock.readFloat32('lm_head.weight'),
    ];
    await Promise.all([saved.close(), stock.close()]);
    expect(Math.max(...want.map((value, at) => Math.abs(Math.fround(from[at]! + b[at]!) - value)))).toBeLessThan(1e-7);
  });

  const norm = 'base_model.model.model.norm.weight';
  const q = [tensor('base_model.model.q.lora_A.weight', [2, 3]), tensor('base_model.model.q.lora_B.weight', [4, 2])];
  it('may be vectors, named by modules_to_save or by the end of their path', async () => {
    const where = await writePeft([...q, tensor(norm, [16])], { modules_to_save: ['norm'] });
    const { inspection } = await importFrom(where);
    expect(inspection.modules[0]).toMatchObject({ name: 'model.norm', kind: 'FULL', rank: 1, layout: 'VECTOR' });
    const infixed = await writePeft(
      [...q, tensor('base_model.model.model.norm.modules_to_save.default.weight', [16], wave(16, norm.length))],
      { modules_to_save: ['norm'] },
    );
    expect((await importFrom(infixed)).digest).toBe((await importFrom(where)).digest);
  });

  it('need the base, and one that has them in that shape', async () => {
    const where = await writePeft([...q, tensor(norm, [16])], { modules_to_save: ['norm'] });
    expect((await inspectAdapter(where)).blockers).toMatchObject([{ code: 'BASE_NEEDED', subject: norm }]);
    const longer = await writePeft([...q, tensor(norm, [17])], { modules_to_save: ['norm'] });
    expect((await inspectAdapter(longer, { base })).blockers).toMatchObject([{ code: 'BASE_DIFFERS', subject: norm }]);
    const other = await writePeft([...q, tensor('base_model.model.score.weight', [2, 16])], {
      modules_to_save: ['score'],
    });
    expect((await inspectAdapter(other, { base })).blockers).toMatchObject([{ code: 'BASE_DIFFERS' }]);
  });

  it('that nothing in the configuration explains are refused by name', async () => {
    const where = await writePeft([...q, tensor(norm, [16])], {});
    expect((await inspectAdapter(where, { base })).blockers).toMatchObject([{ code: 'FOREIGN_TENSOR', subject: norm }]);
    const biases = await writePeft([...q, tensor('base_model.model.q.bias', [4])], { bias: 'all' });
    expect((await inspectAdapter(biases)).blockers).toMatchObject([{ code: 'BASE_NEEDED' }]);
  });

  it('are taken up to a rank, and refused above it', async () => {
    const side = adapterLimits.fullUpdateRank + 1;
    const where = await fresh();
    const stock = new Float32Array(side * side);
    await writeSafetensors(join(where, 'model.safetensors'), { tensors: [tensor('head.weight', [side, side], stock)] });
    const adapter = await writePeft([...q, tensor('base_model.model.head.weight', [side, side], wave(side * side))], {
      modules_to_save: ['head'],
    });
    const report = await inspectAdapter(adapter, { base: { digest: base.digest, folder: where } });
    expect(report.blockers).toMatchObject([{ code: 'FULL_UPDATE_TOO_LARGE' }]);
  });

  it('that are a changed copy of a frozen layer mean another base', async () => {
    const rename = (name: string): string => name;
    const where = await renamed('llama/embed-a', rename);
    const source = await openSafetensors(join(golden('llama/embed-a'), 'adapter_model.safetensors'));
    await writeSafetensors(join(where, 'adapter_model.safetensors'), {
      tensors: [...source.tensors.values()].map((info) => ({
        ...info,
        read: async () => (info.name.includes('base_layer') ? viewBytes(wave(info.size)) : source.read(info.name)),
      })),
    });
    await source.close();
    expect((await inspectAdapter(where, { base })).blockers).toMatchObject([{ code: 'BASE_DIFFERS' }]);
    expect((await inspectAdapter(where)).notices).toMatchObject([{ code: 'COPY_UNCHECKED' }]);
  });
});
