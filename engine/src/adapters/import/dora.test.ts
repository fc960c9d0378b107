import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLowRank, toDense } from '../../algebra/index.js';
import { viewBytes, writeSafetensors, type TensorToWrite } from '../../tensors/index.js';
import type { ModuleLayout } from '../adapter.js';
import { goldenPeft, relativeDistance } from '../golden.testing.js';
import { toStoredOrder } from '../module-layout.js';
import { openAdapter } from '../open-adapter.js';
import { importAdapter } from './import-adapter.js';
import { inspectAdapter } from './inspect-adapter.js';
import { openPeftDelta } from './open-peft-delta.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-dora-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const llama = join(goldenPeft, '_base/llama');
const dora = join(goldenPeft, '_adapters/llama/dora-a');
const wave = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + i * i));
const tensor = (name: string, shape: readonly number[], values: Float32Array): TensorToWrite => ({
  name,
  dtype: 'F32',
  shape,
  read: () => viewBytes(values),
});

/** A base of one layer and a DoRA adapter of it, 4 outputs and 6 inputs, rank 2, scale 3. */
async function writePair(layout: ModuleLayout, more: { base?: Float32Array; magnitude?: Float32Array } = {}) {
  const [base, adapter] = await Promise.all(['base-', 'adapter-'].map((name) => mkdtemp(join(folder, name))));
  const weight = more.base ?? wave(24, 1);
  const stored = { LINEAR: [4, 6], TRANSPOSED: [6, 4], EMBEDDING: [6, 4], CONV2D: [4, 3, 2, 1], VECTOR: [4] }[layout];
  await writeSafetensors(join(base!, 'model.safetensors'), { tensors: [tensor('q.weight', stored, weight)] });
  const [a, b, magnitude] = [wave(12, 2), wave(8, 3), more.magnitude ?? wave(4, 4)];
  const name = 'base_model.model.q';
  const factors =
    layout === 'EMBEDDING'
      ? [tensor(`${name}.lora_embedding_A`, [2, 6], a), tensor(`${name}.lora_embedding_B`, [4, 2], b)]
      : layout === 'CONV2D'
        ? [tensor(`${name}.lora_A.weight`, [2, 3, 2, 1], a), tensor(`${name}.lora_B.weight`, [4, 2, 1, 1], b)]
        : [tensor(`${name}.lora_A.weight`, [2, 6], a), tensor(`${name}.lora_B.weight`, [4, 2], b)];
  const shape = layout === 'CONV2D' ? [1, magnitude.length, 1, 1] : [magnitude.length];
  await writeSafetensors(join(adapter!, 'adapter_model.safetensors'), {
    tensors: [...factors, tensor(`${name}.lora_magnitude_vector`, shape, magnitude)],
  });
  const config = { peft_type: 'LORA', r: 2, lora_alpha: 6, target_modules: ['q'], use_dora: true };
  const text = JSON.stringify({ ...config, fan_in_fan_out: layout === 'TRANSPOSED' });
  await writeFile(join(adapter!, 'adapter_config.json'), text);
  return { base: base!, adapter: adapter!, weight, a, b, magnitude };
}

/** Equation 5 of the paper, entry by entry: W′[i, j] for the weight where output i and input j lie. */
function merged({ weight, a, b, magnitude }: Awaited<ReturnType<typeof writePair>>, turned: boolean): number[] {
  const at = (i: number, j: number): number => (turned ? j * 4 + i : i * 6 + j);
  const sum = (i: number, j: number): number => weight[at(i, j)]! + 3 * (b[i * 2]! * a[j]! + b[i * 2 + 1]! * a[6 + j]!);
  const out = Array.from({ length: 24 }, () => 0);
  for (let i = 0; i < 4; i += 1) {
    const norm = Math.hypot(...Array.from({ length: 6 }, (_, j) => sum(i, j)));
    for (let j = 0; j < 6; j += 1) out[at(i, j)] = (magnitude[i]! * sum(i, j)) / norm;
  }
  return out;
}

describe('DoRA through the base', () => {
  it.each<[ModuleLayout, boolean]>([
    ['LINEAR', false],
    ['TRANSPOSED', true],
    ['EMBEDDING', true],
    ['CONV2D', false],
  ])('is the paper’s equation for a weight that is %s', async (layout, turned) => {
    const pair = await writePair(layout);
    const expected = merged(pair, turned);
    const delta = await openPeftDelta(pair.adapter, pair.base);
    expect([...delta.parameters.keys()]).toEqual(['q.weight']);
    expect(delta.parameters.get('q.weight')).toMatchObject({ dora: true, name: 'q.weight' });
    const [got, change] = [await delta.readMerged('q.weight'), await delta.readDelta('q.weight')];
    expect(relativeDistance([[got, expected]])).toBeLessThan(1e-7);
    expect(relativeDistance([[change.map((value, at) => value + pair.weight[at]!), expected]])).toBeLessThan(1e-7);
    await expect(delta.readDelta('k.weight')).rejects.toMatchObject({ code: 'ADAPTER_MODULE_UNKNOWN' });
    await delta.close();
  });

  it('leaves a row of zeros at zero', async () => {
    const pair = await writePair('LINEAR', { base: new Float32Array(24) });
    pair.b.fill(0, 0, 2);
    const zeroRow = { ...pair, b: pair.b };
    const name = 'base_model.model.q';
    await writeSafetensors(join(pair.adapter, 'adapter_model.safetensors'), {
      tensors: [
        tensor(`${name}.lora_A.weight`, [2, 6], zeroRow.a),
        tensor(`${name}.lora_B.weight`, [4, 2], zeroRow.b),
        tensor(`${name}.lora_magnitude_vector`, [4], pair.magnitude),
      ],
    });
    const delta = await openPeftDelta(pair.adapter, pair.base);
    expect([...(await delta.readMerged('q.weight'))].slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    await delta.close();
  });

  it('refuses magnitudes of another number, another shape of the base, and one that lacks the layer', async () => {
    const short = await writePair('LINEAR', { magnitude: wave(3, 1) });
    const delta = await openPeftDelta(short.adapter, short.base);
    await expect(delta.readDelta('q.weight')).rejects.toMatchObject({ code: 'ADAPTER_MODULE_INVALID' });
    await delta.close();
    const pair = await writePair('LINEAR');
    await writeSafetensors(join(pair.base, 'model.safetensors'), {
      tensors: [tensor('q.weight', [6, 5], wave(30, 1))],
    });
    await expect(openPeftDelta(pair.adapter, pair.base)).rejects.toMatchObject({ code: 'ADAPTER_MODULE_INVALID' });
    await expect(openPeftDelta(pair.adapter, llama)).rejects.toMatchObject({
      code: 'ADAPTER_MODULE_INVALID',
      message: expect.stringContaining('no parameter q.weight') as string,
    });
  });

  it('is refused with what else stands in the way, and ends on abort', async () => {
    const pair = await writePair('LINEAR');
    const config = join(pair.adapter, 'adapter_config.json');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('"use_dora":true', '"use_dora":true,"init_lora_weights":"pissa"'));
    await expect(openPeftDelta(pair.adapter, pair.base)).rejects.toMatchObject({
      code: 'ADAPTER_IMPORT_REFUSED',
      details: { blockers: [expect.objectContaining({ code: 'BASE_CHANGED' })] },
    });
    await writeFile(config, text);
    const controller = new AbortController();
    const delta = await openPeftDelta(pair.adapter, pair.base, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(delta.readDelta('q.weight')).rejects.toThrow('enough');
    await delta.close();
  });
});

describe('DoRA as an adapter', () => {
  const base = { digest: 'ab'.repeat(32), folder: llama };

  it('is refused, unless full rank is asked for and the base is there', async () => {
    for (const options of [{ base }, { dora: 'FULL_RANK' as const }, { base, dora: 'REFUSE' as const }]) {
      const { blockers } = await inspectAdapter(dora, options);
      expect(blockers).toMatchObject([{ code: 'DORA', remedy: expect.stringContaining('FULL_RANK') as string }]);
    }
  });

  it('of full rank is W′ - W, the change through the base to one rounding', async () => {
    const outputPath = join(folder, 'full.safetensors');
    const options = { source: dora, outputPath, name: 'dora', base, dora: 'FULL_RANK' as const };
    const { inspection } = await importAdapter(options);
    expect(inspection.notices.map(({ code }) => code)).toContain('DORA_APPLIED');
    expect(inspection.modules).toMatchObject([{ rank: 16 }, { rank: 8 }, { rank: 16 }, { rank: 8 }]);
    const [adapter, delta] = [await openAdapter(outputPath), await openPeftDelta(dora, llama)];
    expect(adapter.modules.size).toBe(delta.parameters.size);
    for (const { name, module } of delta.parameters.values()) {
      const info = adapter.modules.get(module.name)!;
      const got = toStoredOrder(info, toDense(createLowRank(await adapter.readFactors(info.name), info)).data);
      expect([...got]).toEqual([...(await delta.readDelta(name))]);
    }
    await Promise.all([adapter.close(), delta.close()]);
  });

  it('of full rank needs a base of its shapes, and as many magnitudes as rows', async () => {
    const pair = await writePair('LINEAR');
    const other = await inspectAdapter(pair.adapter, { base, dora: 'FULL_RANK' });
    expect(other.blockers).toMatchObject([{ code: 'BASE_DIFFERS', subject: 'q' }]);
    const short = await writePair('LINEAR', { magnitude: wave(3, 1) });
    const report = await inspectAdapter(short.adapter, {
      base: { digest: base.digest, folder: short.base },
      dora: 'FULL_RANK',
    });
    expect(report.blockers).toMatchObject([{ code: 'MODULE_INVALID', subject: 'q' }]);
  });

  it('that lost its magnitudes is no DoRA', async () => {
    const where = await mkdtemp(join(folder, 'lost-'));
    await cp(join(goldenPeft, '_adapters/llama/eq-a'), where, { recursive: true });
    const config = join(where, 'adapter_config.json');
    await writeFile(config, (await readFile(config, 'utf8')).replace('"use_dora": false', '"use_dora": true'));
    const report = await inspectAdapter(where, { base, dora: 'FULL_RANK' });
    expect(report.blockers).toMatchObject([{ code: 'MODULE_INVALID', subject: 'use_dora' }]);
  });
});

describe('an adapter whose start changed its base', () => {
  it('is plain for that base, if somebody says that it is that one', async () => {
    const where = await mkdtemp(join(folder, 'pissa-'));
    await cp(join(goldenPeft, '_adapters/llama/eq-a'), where, { recursive: true });
    const config = join(where, 'adapter_config.json');
    const text = (await readFile(config, 'utf8')).replace('"init_lora_weights": true', '"init_lora_weights": "pissa"');
    await writeFile(config, text);
    expect((await inspectAdapter(where)).blockers).toMatchObject([
      { code: 'BASE_CHANGED', remedy: expect.stringContaining('path_initial_model_for_weight_conversion') as string },
    ]);
    const told = await inspectAdapter(where, { changedBase: true });
    expect(told.importable).toBe(true);
    expect(told.facts.initialization).toBe('pissa');
  });
});
