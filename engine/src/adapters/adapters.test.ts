import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewBytes, writeSafetensors, type Dtype } from '../tensors/index.js';
import type { AdapterManifest } from './adapter.js';
import { digestModel } from './digest-model.js';
import { adapterLimits } from './limits.js';
import { openAdapter } from './open-adapter.js';
import { digestFrame, openFrame, writeFrame } from './tangent-frame.js';
import { writeAdapter, type AdapterModuleToWrite } from './write-adapter.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-adapters-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const baseDigest = 'ab'.repeat(32);
const manifest: AdapterManifest = {
  version: 1,
  name: 'digits',
  method: 'LORA',
  rank: 3,
  alpha: 6,
  scale: 2,
  targetModules: ['q_proj', 'v_proj'],
  baseDigest,
  provenance: { seed: 42, recipe: 'short', trained: true },
};
const values = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + i));
function createModule(name: string, rank: number, scale: number): AdapterModuleToWrite {
  const info = { name, inFeatures: 4, outFeatures: 5, rank, scale };
  return { info, factors: () => ({ a: values(rank * 4, rank), b: values(5 * rank, -rank) }) };
}
const modules = (): AdapterModuleToWrite[] => [
  createModule('layers.1.v_proj', 3, 2),
  createModule('layers.0.q_proj', 2, 0.25),
  createModule('layers.10.q_proj', 1, 2),
];

describe('an adapter', () => {
  it('comes back as it was written: manifest, ranks, scales, factors to the bit', async () => {
    const path = join(folder, 'adapter');
    const written = await writeAdapter(path, manifest, modules());
    const file = await openAdapter(path);
    expect({ digest: file.digest, byteLength: file.byteLength }).toEqual(written);
    expect(file.manifest).toEqual({ ...manifest, moduleScales: { 'layers.0.q_proj': 0.25 } });
    expect([...file.modules.keys()]).toEqual(['layers.0.q_proj', 'layers.1.v_proj', 'layers.10.q_proj']);
    for (const { info, factors } of modules()) {
      expect(file.modules.get(info.name)).toEqual(info);
      expect(await file.readFactors(info.name)).toEqual(await factors());
    }
    await expect(file.readFactors('layers.2')).rejects.toMatchObject({ code: 'ADAPTER_MODULE_UNKNOWN' });
    await file.close();
  });

  it('has the same bytes whatever the order of its modules and manifest, and asks for each factor pair once', async () => {
    const first = await writeAdapter(join(folder, 'first'), manifest, modules());
    const shuffled = Object.fromEntries(Object.entries(manifest).toReversed()) as unknown as AdapterManifest;
    let calls = 0;
    const counted = modules().map(({ info, factors }) => ({
      info,
      factors: () => {
        calls += 1;
        return factors();
      },
    }));
    expect(await writeAdapter(join(folder, 'second'), shuffled, counted.toReversed())).toEqual(first);
    expect(calls).toBe(3);
  });

  const bad: readonly (readonly [string, Partial<AdapterManifest>, string])[] = [
    ['a rank that no module has', { rank: 4 }, 'ADAPTER_MANIFEST_INVALID'],
    ['a base digest that is none', { baseDigest: 'vit' }, 'ADAPTER_MANIFEST_INVALID'],
    ['a frame digest that is none', { frameDigest: 'x' }, 'ADAPTER_MANIFEST_INVALID'],
    ['an infinite scale', { scale: Number.POSITIVE_INFINITY }, 'ADAPTER_MANIFEST_INVALID'],
    ['a long name', { name: 'x'.repeat(adapterLimits.nameCharacters + 1) }, 'ADAPTER_MANIFEST_INVALID'],
    [
      'much provenance',
      { provenance: Object.fromEntries(Array.from({ length: adapterLimits.provenanceEntries + 1 }, (_, i) => [i, i])) },
      'ADAPTER_MANIFEST_INVALID',
    ],
    ['a long manifest', { targetModules: Array(10_000).fill('x'.repeat(500)) }, 'ADAPTER_MANIFEST_INVALID'],
    ['many targets', { targetModules: Array(adapterLimits.targetModules + 1).fill('x') }, 'ADAPTER_MANIFEST_INVALID'],
  ];
  it.each(bad)('is not written with %s', async (_, change, code) => {
    await expect(writeAdapter(join(folder, 'bad'), { ...manifest, ...change }, modules())).rejects.toMatchObject({
      code,
    });
  });

  it('is not written with a module that cannot be: no rank, a name that is no path, NaN, or none at all', async () => {
    const write = (changed: readonly AdapterModuleToWrite[]) => writeAdapter(join(folder, 'bad'), manifest, changed);
    const [good] = modules();
    await expect(write([])).rejects.toMatchObject({ code: 'ADAPTER_EMPTY' });
    await expect(write([good!, createModule('a', 0, 1)])).rejects.toMatchObject({ code: 'ADAPTER_MODULE_INVALID' });
    for (const name of ['../x', 'a b', 'a..b', 'x'.repeat(513)]) {
      await expect(write([good!, createModule(name, 1, 1)])).rejects.toMatchObject({ code: 'ADAPTER_MODULE_INVALID' });
    }
    const broken = { ...good!, factors: () => ({ a: values(12, 1), b: values(15, 1).fill(Number.NaN, 7, 8) }) };
    await expect(write([broken])).rejects.toMatchObject({ code: 'ADAPTER_NOT_FINITE', details: { position: 7 } });
  });

  it('reads F16 and BF16 factors, and refuses those that are not finite', async () => {
    const path = join(folder, 'half');
    const crucible = JSON.stringify({ ...manifest, rank: 1, provenance: {} });
    const tensor = (factor: string, dtype: Dtype, shape: number[], codes: number[]) => ({
      name: `base_model.model.m.lora_${factor}.weight`,
      dtype,
      shape,
      read: () => viewBytes(Uint16Array.from(codes)),
    });
    const a = tensor('A', 'F16', [1, 2], [0x3c00, 0xc000]);
    await writeSafetensors(path, { metadata: { crucible }, tensors: [a, tensor('B', 'BF16', [1, 1], [0x3f80])] });
    const file = await openAdapter(path);
    expect(await file.readFactors('m')).toEqual({ a: Float32Array.of(1, -2), b: Float32Array.of(1) });
    await file.close();
    await writeSafetensors(path, { metadata: { crucible }, tensors: [a, tensor('B', 'BF16', [1, 1], [0x7f80])] });
    const infinite = await openAdapter(path);
    await expect(infinite.readFactors('m')).rejects.toMatchObject({ code: 'ADAPTER_NOT_FINITE' });
    await infinite.close();
  });

  const text = JSON.stringify({ ...manifest, rank: 1 });
  interface CraftedTensor {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype?: Dtype;
  }
  interface Crafted {
    readonly crucible?: string;
    readonly tensors?: readonly CraftedTensor[];
  }
  const A: CraftedTensor = { name: 'base_model.model.m.lora_A.weight', shape: [1, 2] };
  const B: CraftedTensor = { name: 'base_model.model.m.lora_B.weight', shape: [3, 1] };
  const crafted: readonly (readonly [string, Crafted, string])[] = [
    ['without a manifest', {}, 'ADAPTER_MANIFEST_MISSING'],
    ['with a manifest of duplicate keys', { crucible: text.replace('{', '{"rank":1,') }, 'TENSORS_DUPLICATE_KEY'],
    ['with an unknown field', { crucible: text.replace('{', '{"extra":1,') }, 'ADAPTER_MANIFEST_INVALID'],
    ['of another version', { crucible: text.replace('"version":1', '"version":2') }, 'ADAPTER_VERSION_UNKNOWN'],
    ['with a manifest that is an array', { crucible: '[]' }, 'ADAPTER_MANIFEST_INVALID'],
    ['with a rank of another type', { crucible: text.replace('"rank":1', '"rank":"1"') }, 'ADAPTER_MANIFEST_INVALID'],
    ['with a rank above the cap', { crucible: text.replace('"rank":1', '"rank":65537') }, 'ADAPTER_MANIFEST_INVALID'],
    ['with a rank of no module', { crucible: text.replace('"rank":1', '"rank":2') }, 'ADAPTER_MANIFEST_INVALID'],
    ['without B', { crucible: text, tensors: [A] }, 'ADAPTER_MODULE_INVALID'],
    ['without A', { crucible: text, tensors: [B] }, 'ADAPTER_MODULE_INVALID'],
    ['of two ranks', { crucible: text, tensors: [A, { ...B, shape: [3, 2] }] }, 'ADAPTER_MODULE_INVALID'],
    [
      'with a factor that is no matrix',
      { crucible: text, tensors: [A, { ...B, shape: [3] }] },
      'ADAPTER_MODULE_INVALID',
    ],
    ['with an empty factor', { crucible: text, tensors: [A, { ...B, shape: [0, 1] }] }, 'ADAPTER_MODULE_INVALID'],
    ['with factors of integers', { crucible: text, tensors: [A, { ...B, dtype: 'I32' }] }, 'ADAPTER_MODULE_INVALID'],
    ['with another tensor', { crucible: text, tensors: [A, B, { name: 'x', shape: [1] }] }, 'ADAPTER_FOREIGN_TENSOR'],
    ['without tensors', { crucible: text, tensors: [] }, 'ADAPTER_EMPTY'],
    [
      'with a scale of no module',
      { crucible: text.replace('{', '{"moduleScales":{"x":1},') },
      'ADAPTER_MODULE_UNKNOWN',
    ],
  ];
  it.each(crafted)('is refused %s', async (_, { crucible, tensors = [A, B] }, code) => {
    const path = join(folder, 'crafted');
    await writeSafetensors(path, {
      metadata: crucible === undefined ? {} : { crucible },
      tensors: tensors.map(({ name, shape, dtype = 'F32' }) => ({
        name,
        shape,
        dtype,
        read: () => new Uint8Array(4 * shape.reduce((x, y) => x * y, 1)),
      })),
    });
    await expect(openAdapter(path)).rejects.toMatchObject({ code });
  });
});

describe('a tangent frame', () => {
  const frame = { baseDigest, rank: 3, scale: 2, targetModules: ['q_proj'] };
  const frameModules = () => modules().map(({ info }) => ({ info, a: () => values(info.rank * 4, info.rank) }));

  it('comes back as it was written, under a digest of what it means', async () => {
    const path = join(folder, 'frame');
    const written = await writeFrame(path, frame, frameModules());
    const file = await openFrame(path);
    expect(file.digest).toBe(written.digest);
    expect(file.fileDigest).toBe(written.fileDigest);
    expect(file.digest).toBe(await digestFrame(baseDigest, frameModules().toReversed()));
    expect(file.manifest).toEqual({ ...frame, version: 1, moduleScales: { 'layers.0.q_proj': 0.25 } });
    for (const { info, a } of frameModules()) {
      const { outFeatures: _, ...expected } = modules().find(({ info: { name } }) => name === info.name)!.info;
      expect(file.modules.get(info.name)).toEqual(expected);
      expect(await file.readA(info.name)).toEqual(a());
    }
    await expect(file.readA('x')).rejects.toMatchObject({ code: 'ADAPTER_MODULE_UNKNOWN' });
    await file.close();
  });

  it('has another digest with another base, scale, module, rank or A0, and the same under another name of its targets', async () => {
    const digest = await digestFrame(baseDigest, frameModules());
    const [first, ...rest] = frameModules();
    const others = await Promise.all([
      digestFrame('cd'.repeat(32), frameModules()),
      digestFrame(baseDigest, rest),
      digestFrame(baseDigest, [{ ...first!, info: { ...first!.info, scale: 3 } }, ...rest]),
      digestFrame(baseDigest, [{ ...first!, info: { ...first!.info, name: 'layers.1.k_proj' } }, ...rest]),
      digestFrame(baseDigest, [{ ...first!, info: { ...first!.info, rank: 4, inFeatures: 3 } }, ...rest]),
      digestFrame(baseDigest, [{ ...first!, a: () => values(12, 99) }, ...rest]),
    ]);
    expect(new Set([digest, ...others]).size).toBe(7);
    const renamed = await writeFrame(join(folder, 'renamed'), { ...frame, targetModules: ['.*'] }, frameModules());
    expect(renamed.digest).toBe(digest);
  });

  it('is refused without its manifest, empty, or with a foreign tensor', async () => {
    const path = join(folder, 'no-frame');
    await writeAdapter(path, manifest, modules());
    await expect(openFrame(path)).rejects.toMatchObject({ code: 'ADAPTER_MANIFEST_MISSING' });
    await expect(writeFrame(path, frame, [])).rejects.toMatchObject({ code: 'ADAPTER_EMPTY' });
    const crucible_frame = JSON.stringify({ ...frame, version: 1 });
    const b = {
      name: 'base_model.model.m.lora_B.weight',
      dtype: 'F32',
      shape: [1, 1],
      read: () => new Uint8Array(4),
    } as const;
    await writeSafetensors(path, { metadata: { crucible_frame }, tensors: [b] });
    await expect(openFrame(path)).rejects.toMatchObject({ code: 'ADAPTER_FOREIGN_TENSOR' });
  });
});

describe('the digest of a base model', () => {
  const tensors = ['a', 'b', 'c'].map((name, i) => ({
    name,
    dtype: 'F32' as const,
    shape: [2],
    read: () => viewBytes(values(2, i)),
  }));

  it('does not depend on how weights are shared out over files', async () => {
    const whole = await mkdtemp(join(folder, 'whole-'));
    const sharded = await mkdtemp(join(folder, 'sharded-'));
    await writeSafetensors(join(whole, 'model.safetensors'), { tensors, metadata: { format: 'pt' } });
    await writeSafetensors(join(sharded, 'one.safetensors'), { tensors: tensors.slice(2) });
    await writeSafetensors(join(sharded, 'two.safetensors'), { tensors: tensors.slice(0, 2) });
    const weight_map = { c: 'one.safetensors', b: 'two.safetensors', a: 'two.safetensors' };
    await writeFile(join(sharded, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map }));
    expect(await digestModel(sharded)).toBe(await digestModel(whole));
  });

  it('changes with any name, shape or byte', async () => {
    const where = await mkdtemp(join(folder, 'model-'));
    const path = join(where, 'model.safetensors');
    const digestOf = async (changed: typeof tensors): Promise<string> => {
      await writeSafetensors(path, { tensors: changed });
      return digestModel(where);
    };
    const [first, ...rest] = tensors;
    const digests = [
      await digestOf(tensors),
      await digestOf([{ ...first!, name: 'z' }, ...rest]),
      await digestOf([{ ...first!, shape: [1, 2] }, ...rest]),
      await digestOf([{ ...first!, read: () => viewBytes(values(2, 9)) }, ...rest]),
      await digestOf(rest),
    ];
    expect(new Set(digests).size).toBe(5);
    expect((await readFile(path)).length).toBeGreaterThan(0);
  });
});
