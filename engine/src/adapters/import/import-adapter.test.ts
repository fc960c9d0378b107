import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeBF16,
  decodeF16,
  encodeBF16,
  encodeF16,
  openSafetensors,
  viewBytes,
  writeSafetensors,
  type TensorToWrite,
} from '../../tensors/index.js';
import type { AdapterManifest } from '../adapter.js';
import { goldenPeft } from '../golden.testing.js';
import { adapterLimits } from '../limits.js';
import { openAdapter } from '../open-adapter.js';
import { digestFrame } from '../tangent-frame.js';
import { digestBaseName } from './digest-base.js';
import { importAdapter } from './import-adapter.js';
import { inspectAdapter } from './inspect-adapter.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-import-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const golden = (name: string): string => join(goldenPeft, '_adapters', name);
const llama = join(goldenPeft, '_base/llama');
const base = { digest: 'ab'.repeat(32), folder: llama };
const fresh = (): Promise<string> => mkdtemp(join(folder, 'case-'));
const wave = (length: number, seed = 1): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(seed + i));

const tensor = (name: string, shape: readonly number[], values?: Float32Array): TensorToWrite => {
  const size = shape.reduce((product, side) => product * side, 1);
  return { name, dtype: 'F32', shape, read: () => viewBytes(values ?? wave(size, name.length)) };
};
async function writeFileOf(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = join(await fresh(), 'lora.safetensors');
  await writeSafetensors(path, { tensors, metadata });
  return path;
}
/** A folder as PEFT saves it, of given tensors and settings. */
async function writePeft(
  tensors: readonly TensorToWrite[],
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const where = await fresh();
  await writeSafetensors(join(where, 'adapter_model.safetensors'), { tensors, metadata: { format: 'pt' } });
  const config = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['q'], ...settings };
  await writeFile(join(where, 'adapter_config.json'), JSON.stringify(config));
  return where;
}
/** A PEFT folder of the golden cases with its tensors renamed. */
async function renamed(name: string, rename: (tensor: string) => string): Promise<string> {
  const where = await fresh();
  await cp(join(golden(name), 'adapter_config.json'), join(where, 'adapter_config.json'));
  const source = await openSafetensors(join(golden(name), 'adapter_model.safetensors'));
  await writeSafetensors(join(where, 'adapter_model.safetensors'), {
    tensors: [...source.tensors.values()].map((info) => ({
      ...info,
      name: rename(info.name),
      read: () => source.read(info.name),
    })),
  });
  await source.close();
  return where;
}
const importFrom = async (source: string, name = 'imported', more: Partial<Parameters<typeof importAdapter>[0]> = {}) =>
  importAdapter({ source, outputPath: join(await fresh(), 'adapter.safetensors'), name, base, ...more });
/** All factors of an imported adapter, by module. */
async function factorsOf(path: string): Promise<ReadonlyMap<string, unknown>> {
  const adapter = await openAdapter(path);
  const all = new Map<string, unknown>();
  for (const [name, info] of adapter.modules) all.set(name, { info, ...(await adapter.readFactors(name)) });
  await adapter.close();
  return all;
}

async function openManifest(path: string): Promise<AdapterManifest> {
  const adapter = await openAdapter(path);
  await adapter.close();
  return adapter.manifest;
}

describe('an import', () => {
  it('has the same bytes each time, and says in its manifest what it is', async () => {
    const first = await importFrom(golden('llama/pat-a'));
    const second = await importFrom(golden('llama/pat-a'));
    expect(second.digest).toBe(first.digest);
    expect(await readFile(second.path)).toEqual(await readFile(first.path));
    expect(first.manifest).toMatchObject({
      baseDigest: base.digest,
      method: 'LORA',
      rank: 6,
      targetModules: ['down_proj', 'q_proj', 'v_proj'],
      frameDigest: first.inspection.frame.frameDigest,
      provenance: { kind: 'IMPORT', dialect: 'PEFT', baseModel: 'golden/llama', peftVersion: '0.21.0' },
    });
    expect(first.manifest).toEqual(await openManifest(first.path));
    const adapter = await openAdapter(first.path);
    expect(adapter.digest).toBe(first.digest);
    expect(adapter.modules.size).toBe(first.inspection.modules.length);
    await adapter.close();
  });

  it('belongs to the base that the adapter tells, where none is given', async () => {
    const { manifest } = await importAdapter({
      source: golden('llama/eq-a'),
      outputPath: join(await fresh(), 'a.safetensors'),
      name: 'told',
    });
    expect(manifest.baseDigest).toBe(digestBaseName({ name: 'golden/llama' }));
    expect(digestBaseName({ name: 'golden/llama', revision: 'main' })).not.toBe(manifest.baseDigest);
  });

  it('recognizes adapters of one frame by their A, whatever their B', async () => {
    const frames = await Promise.all(
      ['frame-a', 'frame-b', 'frame-c', 'eq-a'].map((name) => inspectAdapter(golden(`llama/${name}`), { base })),
    );
    const digests = frames.map(({ frame }) => frame.digest);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).toBe(digests[0]);
    expect(digests[3]).not.toBe(digests[0]);
    expect(frames[1]!.frame.frameDigest).toBe(frames[0]!.frame.frameDigest);
  });

  it('leaves nothing behind when it is refused, fails or is aborted, and reports progress to the end', async () => {
    const where = await fresh();
    const outputPath = join(where, 'adapter.safetensors');
    const attempt = (source: string, more: Partial<Parameters<typeof importAdapter>[0]> = {}) =>
      importAdapter({ source, outputPath, name: 'x', base, ...more });
    await expect(attempt(golden('llama/dora-a'))).rejects.toMatchObject({ code: 'ADAPTER_IMPORT_REFUSED' });
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(attempt(golden('llama/eq-a'), { signal: aborted })).rejects.toThrow('enough');
    for (const step of [2, 5, 9]) {
      const controller = new AbortController();
      const onProgress = (done: number): void => {
        if (done === step) controller.abort(new Error('enough'));
      };
      await expect(attempt(golden('llama/eq-a'), { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    }
    expect(await readdir(where)).toEqual([]);
    const seen: number[] = [];
    let last = 0;
    await attempt(golden('llama/eq-a'), {
      onProgress: (done, total) => {
        seen.push(done);
        last = total;
      },
    });
    expect(seen).toEqual([...seen].sort((x, y) => x - y));
    expect(seen.at(-1)).toBe(last);
    expect(await readdir(where)).toEqual(['adapter.safetensors']);
  });
});

describe('the frame of an import', () => {
  it('is the one that its own A make', async () => {
    const { path, manifest } = await importFrom(golden('llama/mix-b'));
    const adapter = await openAdapter(path);
    const frame = await digestFrame(
      base.digest,
      [...adapter.modules.values()].map((info) => ({ info, a: async () => (await adapter.readFactors(info.name)).a })),
    );
    await adapter.close();
    expect(frame).toBe(manifest.frameDigest);
  });
});

describe('half floats', () => {
  it.each([
    ['F16', encodeF16, decodeF16],
    ['BF16', encodeBF16, decodeBF16],
  ] as const)('of %s widen exactly', async (dtype, encode, decode) => {
    const [codesA, codesB] = [encode(wave(6, 2)), encode(wave(8, 3))];
    const where = await writePeft(
      [
        { name: 'base_model.model.q.lora_A.weight', dtype, shape: [2, 3], read: () => viewBytes(codesA) },
        { name: 'base_model.model.q.lora_B.weight', dtype, shape: [4, 2], read: () => viewBytes(codesB) },
      ],
      {},
    );
    const { path, inspection } = await importFrom(where, 'half', { base: { digest: base.digest } });
    expect(inspection.modules).toMatchObject([{ dtype }]);
    const adapter = await openAdapter(path);
    expect(await adapter.readFactors('q')).toEqual({ a: decode(codesA), b: decode(codesB) });
    await adapter.close();
  });
});

describe('names', () => {
  it.each<[string, (name: string) => string, string]>([
    ['without the prefix', (name) => name.replace('base_model.model.', ''), 'NAME_PREFIX_MISSING'],
    ['with an adapter’s name inside', (name) => name.replace(/lora_([AB])\./, 'lora_$1.default.'), 'NAME_INFIX'],
  ])('%s give the same adapter', async (_, rename, notice) => {
    const plain = await importFrom(golden('llama/mix-a'));
    const other = await importFrom(await renamed('llama/mix-a', rename));
    expect(other.digest).toBe(plain.digest);
    expect(other.inspection.notices.map(({ code }) => code)).toContain(notice);
  });

  it('of embeddings with an adapter’s name inside give the same adapter', async () => {
    const plain = await importFrom(golden('llama/embed-a'));
    const rename = (name: string): string =>
      name.replace(/lora_(embedding_[AB])$/, 'lora_$1.default').replace(/lora_([AB])\./, 'lora_$1.default.');
    expect((await importFrom(await renamed('llama/embed-a', rename))).digest).toBe(plain.digest);
  });

  it.each(['.weight', '.default.weight', '.default'])('of DoRA magnitudes may end in "%s"', async (end) => {
    const rename = (name: string): string => name.replace(/lora_magnitude_vector$/, `lora_magnitude_vector${end}`);
    const report = await inspectAdapter(await renamed('llama/dora-a', rename));
    expect(report.blockers.map(({ code }) => code)).toEqual(['DORA']);
    expect(report.modules).toHaveLength(4);
  });

  it('of two adapters in one file are refused', async () => {
    let count = 0;
    const rename = (name: string): string => name.replace(/lora_([AB])\./, `lora_$1.${(count += 1) > 2 ? 'x' : 'y'}.`);
    const report = await inspectAdapter(await renamed('llama/eq-a', rename));
    expect(report.blockers).toMatchObject([
      { code: 'FOREIGN_TENSOR', subject: expect.stringContaining('x') as string },
    ]);
  });
});

describe('files', () => {
  it('in shards give the same adapter', async () => {
    const where = await fresh();
    const source = await openSafetensors(join(golden('llama/eq-a'), 'adapter_model.safetensors'));
    const names = [...source.tensors.keys()].sort();
    const weightMap: Record<string, string> = {};
    for (const [at, part] of [names.slice(0, 3), names.slice(3)].entries()) {
      const file = `adapter_model-0000${at + 1}-of-00002.safetensors`;
      const tensors = part.map((name) => ({ ...source.info(name), read: () => source.read(name) }));
      await writeSafetensors(join(where, file), { tensors });
      for (const name of part) weightMap[name] = file;
    }
    await source.close();
    await writeFile(join(where, 'adapter_model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
    await cp(join(golden('llama/eq-a'), 'adapter_config.json'), join(where, 'adapter_config.json'));
    const sharded = await importFrom(where);
    expect(sharded.digest).toBe((await importFrom(golden('llama/eq-a'))).digest);
    expect(sharded.inspection.files).toHaveLength(3);
  });

  it('in a folder of its own, as PEFT saves adapters that are not called "default", are found', async () => {
    const where = await fresh();
    await cp(golden('llama/eq-a'), join(where, 'french'), { recursive: true });
    expect((await importFrom(where)).digest).toBe((await importFrom(golden('llama/eq-a'))).digest);
    await cp(golden('llama/eq-b'), join(where, 'german'), { recursive: true });
    await expect(inspectAdapter(where)).rejects.toMatchObject({
      code: 'ADAPTER_SOURCE_UNREADABLE',
      message: expect.stringContaining('french, german') as string,
    });
  });

  it('that are links out of their folder are not read', async () => {
    const where = await fresh();
    await cp(join(golden('llama/eq-a'), 'adapter_model.safetensors'), join(where, 'adapter_model.safetensors'));
    await symlink(join(golden('llama/eq-a'), 'adapter_config.json'), join(where, 'adapter_config.json'));
    await expect(inspectAdapter(where)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
    await rm(join(where, 'adapter_config.json'));
    await cp(join(golden('llama/eq-a'), 'adapter_config.json'), join(where, 'adapter_config.json'));
    await rm(join(where, 'adapter_model.safetensors'));
    await symlink(join(golden('llama/eq-a'), 'adapter_model.safetensors'), join(where, 'adapter_model.safetensors'));
    await expect(inspectAdapter(where)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
  });

  it.each(['adapter_config.json', 'adapter_model.safetensors', 'adapter_model.safetensors.index.json'])(
    'that are links to nothing, to a folder, or out of theirs, are not opened: %s',
    async (name) => {
      for (const target of ['nowhere', 'inner', '../elsewhere']) {
        const where = await fresh();
        await mkdir(join(where, 'inner'));
        await writeFile(join(where, '../elsewhere'), '{}');
        if (name !== 'adapter_config.json') {
          await cp(join(golden('llama/eq-a'), 'adapter_config.json'), join(where, 'adapter_config.json'));
        }
        await symlink(target, join(where, name));
        await expect(inspectAdapter(where)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
      }
    },
  );

  it('that are none at all are not opened', async () => {
    await expect(inspectAdapter('/dev/null')).rejects.toMatchObject({
      message: expect.stringContaining('neither a file nor a folder') as string,
    });
  });

  it('in a folder above the cap, or several that could be meant, are not guessed at', async () => {
    const crowded = await fresh();
    const many = Array.from({ length: adapterLimits.folderEntries + 1 }, (_, i) => `${i}.txt`);
    await Promise.all(many.map((name) => writeFile(join(crowded, name), '')));
    await expect(inspectAdapter(crowded)).rejects.toMatchObject({ code: 'ADAPTER_SOURCE_UNREADABLE' });
    const two = await fresh();
    await Promise.all(['a', 'b'].map((name) => writeFile(join(two, `${name}.safetensors`), '')));
    await expect(inspectAdapter(two)).rejects.toMatchObject({
      message: expect.stringContaining('a.safetensors, b.') as string,
    });
  });

  it('of ours stay what they are, under another name, and belong to their own base alone', async () => {
    const digest = { digest: base.digest };
    const imported = await importFrom(golden('gpt2/bias-a'), 'imported', { base: digest });
    for (const more of [{ base: digest }, { base: undefined }]) {
      const options = { source: imported.path, outputPath: join(await fresh(), 'again.safetensors'), name: 'again' };
      const again = await importAdapter({
        ...options,
        ...(more.base && { base: more.base }),
        provenance: { by: 'copy' },
      });
      expect(again.inspection.dialect).toBe('CRUCIBLE');
      expect(again.manifest).toEqual({
        ...(await openManifest(imported.path)),
        name: 'again',
        provenance: { ...imported.manifest.provenance, by: 'copy' },
      });
      expect(await factorsOf(again.path)).toEqual(await factorsOf(imported.path));
    }
    const other = await inspectAdapter(imported.path, { base: { digest: 'cd'.repeat(32) } });
    expect(other.blockers).toMatchObject([{ code: 'BASE_DIFFERS', subject: 'imported' }]);
  });
});

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

describe('the report', () => {
  it('has singular values in three figures', async () => {
    const eye = Float32Array.of(1, 0, 0, 0, 1, 0);
    const where = await writePeft(
      [
        tensor('base_model.model.q.lora_A.weight', [2, 3], eye),
        tensor('base_model.model.q.lora_B.weight', [2, 2], Float32Array.of(3, 0, 0, 1)),
      ],
      { base_model_name_or_path: 'x', target_modules: ['q', 'v'] },
    );
    const { modules, notices } = await inspectAdapter(where);
    // ΔW = 2·diag(3, 1): σ = 6 and 2.
    const { norm, numericalRank, effectiveRank } = modules[0]!.spectrum!;
    expect(norm).toBeCloseTo(Math.sqrt(40), 12);
    expect(numericalRank).toBe(2);
    expect(effectiveRank).toBeCloseTo(Math.exp(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25))), 12);
    expect(notices).toMatchObject([{ code: 'TARGET_UNMATCHED', subject: 'v' }]);
  });

  it('notices updates that are zero, and ranks that are not used', async () => {
    const zero = await writePeft(
      [
        tensor('base_model.model.q.lora_A.weight', [2, 3]),
        tensor('base_model.model.q.lora_B.weight', [4, 2], new Float32Array(8)),
      ],
      { base_model_name_or_path: 'x' },
    );
    expect((await inspectAdapter(zero)).notices).toMatchObject([{ code: 'UPDATE_ZERO' }]);
    const thin = Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4);
    const twice = await writePeft(
      [tensor('base_model.model.q.lora_A.weight', [2, 3]), tensor('base_model.model.q.lora_B.weight', [4, 2], thin)],
      { base_model_name_or_path: 'x' },
    );
    expect((await inspectAdapter(twice)).notices).toMatchObject([{ code: 'RANK_NOT_USED' }]);
  });

  it('keeps what the configuration says of tokens and paths as text', async () => {
    await mkdir(join(folder, 'x'), { recursive: true });
    const where = await writePeft(
      [tensor('base_model.model.q.lora_A.weight', [2, 3]), tensor('base_model.model.q.lora_B.weight', [4, 2])],
      {
        base_model_name_or_path: '../../etc/passwd',
        task_type: 'CAUSAL_LM',
        use_rslora: true,
      },
    );
    const report = await inspectAdapter(where);
    expect(report.base).toEqual({ name: '../../etc/passwd' });
    expect(report.facts).toMatchObject({ taskType: 'CAUSAL_LM', rsLora: true });
    expect(report.scale).toBeCloseTo(4 / Math.SQRT2, 12);
  });
});
