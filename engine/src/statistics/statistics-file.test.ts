import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewBytes, writeSafetensors, type TensorToWrite } from '../tensors/index.js';
import {
  openStatistics,
  statisticsErrors,
  statisticsLimits,
  writeStatistics,
  type ModuleStatistics,
  type StatisticsManifest,
} from './index.js';

const digest = 'a'.repeat(64);
const manifest: StatisticsManifest = {
  version: 1,
  kind: 'GRAM',
  baseDigest: digest,
  adapterDigest: digest.replace('a', 'b'),
  task: 'mnist',
  split: 'train',
  n: 12,
  seed: 4,
};
/** `k` and `k-x`: an order of names that is another one with their suffixes. */
const gram: readonly ModuleStatistics[] = [
  { info: { name: 'k-x', rows: 2, columns: 2 }, values: Float32Array.of(1, 0.5, 0.5, 2) },
  { info: { name: 'k', rows: 1, columns: 1 }, values: Float32Array.of(3) },
];
async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statistics-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = (name: string, given: readonly ModuleStatistics[] = gram, own: Partial<StatisticsManifest> = {}) =>
  writeStatistics(join(folder, name), {
    manifest: { ...manifest, ...own },
    modules: given.map(({ info }) => info),
    values: each(given),
  });

it('what is written is read to the bit; the order of modules does not matter', async () => {
  const [one, other] = [await write('one'), await write('other', gram.toReversed())];
  expect(other).toEqual(one);
  const file = await openStatistics(join(folder, 'one'));
  expect(file).toMatchObject({ digest: one.digest, byteLength: one.byteLength, manifest });
  expect([...file.modules.keys()]).toEqual(['k', 'k-x']);
  for (const { info, values } of gram) {
    expect(file.modules.get(info.name)).toEqual(info);
    expect(await file.read(info.name)).toEqual(values);
  }
  await expect(file.read('v')).rejects.toMatchObject({ code: statisticsErrors.moduleUnknown.entry.code });
  await file.close();
});

describe('what cannot be right is not written, and leaves nothing behind', () => {
  const square = (values: readonly number[]): readonly ModuleStatistics[] => [
    { info: { name: 'm', rows: 2, columns: 2 }, values: Float32Array.from(values) },
  ];
  it.each([
    ['NaN', square([1, Number.NaN, 0, 1]), {}, statisticsErrors.valuesInvalid],
    ['an infinity', square([Infinity, 0, 0, 1]), {}, statisticsErrors.valuesInvalid],
    ['a Gram matrix that is not symmetric', square([1, 0.5, 0.4, 1]), {}, statisticsErrors.valuesInvalid],
    ['a negative diagonal', square([1, 0, 0, -1]), {}, statisticsErrors.valuesInvalid],
    ['a negative square', square([1, -1e-9, 0, 1]), { kind: 'FISHER' }, statisticsErrors.valuesInvalid],
    ['too few values', square([1]), {}, statisticsErrors.valuesInvalid],
    ['no module', [], {}, statisticsErrors.empty],
    ['no task', gram, { task: 'x'.repeat(600) }, statisticsErrors.manifestInvalid],
    ['no examples', gram, { n: 0 }, statisticsErrors.manifestInvalid],
    ['more examples than the cap', gram, { n: statisticsLimits.examples + 1 }, statisticsErrors.manifestInvalid],
    ['a digest that is none', gram, { baseDigest: 'abc' }, statisticsErrors.manifestInvalid],
    ['an unknown split', gram, { split: 'dev' as 'test' }, statisticsErrors.manifestInvalid],
  ] as const)('%s', async (name, given, own, error) => {
    await expect(write(name, given, own)).rejects.toMatchObject({ code: error.entry.code });
    expect((await readdir(folder)).filter((file) => file.startsWith(name))).toEqual([]);
  });

  it.each([
    ['GRAM', 2, 3],
    ['GRAM', 0, 0],
    ['FISHER', 1.5, 2],
    ['FISHER', statisticsLimits.features + 1, 1],
    ['FISHER', statisticsLimits.features, statisticsLimits.entries / statisticsLimits.features + 1],
  ] as const)('%s of [%d, %d]', async (kind, rows, columns) => {
    const modules = [{ name: 'm', rows, columns }];
    const input = { manifest: { ...manifest, kind }, modules, values: each<ModuleStatistics>([]) };
    await expect(writeStatistics(join(folder, 'shape'), input)).rejects.toMatchObject({
      code: statisticsErrors.moduleInvalid.entry.code,
    });
  });

  it('a module that was not announced, and one that is missing', async () => {
    const [first, second] = gram;
    const input = (announced: readonly ModuleStatistics[], given: readonly ModuleStatistics[]) => ({
      manifest,
      modules: announced.map(({ info }) => info),
      values: each(given),
    });
    const at = join(folder, 'partial');
    await expect(writeStatistics(at, input([first!], gram))).rejects.toMatchObject({
      code: statisticsErrors.moduleUnknown.entry.code,
    });
    await expect(writeStatistics(at, input(gram, [second!]))).rejects.toThrow(/never written/);
    expect(await readdir(folder)).not.toContain('partial');
  });
});

describe('a file of others is refused with the reason', () => {
  const f32 = (name: string, shape: readonly number[]): TensorToWrite => ({
    name,
    dtype: 'F32',
    shape: [...shape],
    read: () => viewBytes(new Float32Array(shape.reduce((product, extent) => product * extent, 1))),
  });
  const text = JSON.stringify(manifest);
  it.each([
    ['without manifest', undefined, [f32('k.gram', [1, 1])], statisticsErrors.manifestMissing],
    [
      'of version 2',
      text.replace('"version":1', '"version":2'),
      [f32('k.gram', [1, 1])],
      statisticsErrors.versionUnknown,
    ],
    [
      'with an unknown field',
      text.replace('{', '{"mean":1,'),
      [f32('k.gram', [1, 1])],
      statisticsErrors.manifestInvalid,
    ],
    ['of another kind', text.replace('GRAM', 'HESSIAN'), [f32('k.gram', [1, 1])], statisticsErrors.manifestInvalid],
    [
      'with a long manifest',
      text.replace('{', `{${' '.repeat(70_000)}`),
      [f32('k.gram', [1, 1])],
      statisticsErrors.manifestInvalid,
    ],
    ['with another tensor', text, [f32('k.gram', [1, 1]), f32('k.fisher', [1, 1])], statisticsErrors.foreignTensor],
    ['with a tensor without a module', text, [f32('.gram', [1, 1])], statisticsErrors.foreignTensor],
    ['that is not square', text, [f32('k.gram', [1, 2])], statisticsErrors.moduleInvalid],
    ['that is no matrix', text, [f32('k.gram', [2])], statisticsErrors.moduleInvalid],
    ['without tensors', text, [], statisticsErrors.empty],
  ] as const)('%s', async (name, crucible, tensors, error) => {
    const path = join(folder, name);
    await writeSafetensors(path, { tensors, ...(crucible && { metadata: { crucible_statistics: crucible } }) });
    await expect(openStatistics(path)).rejects.toMatchObject({ code: error.entry.code });
  });

  it('in float16', async () => {
    const tensor: TensorToWrite = { name: 'k.gram', dtype: 'F16', shape: [1, 1], read: () => new Uint8Array(2) };
    const path = join(folder, 'half');
    await writeSafetensors(path, { tensors: [tensor], metadata: { crucible_statistics: text } });
    await expect(openStatistics(path)).rejects.toMatchObject({ code: statisticsErrors.moduleInvalid.entry.code });
  });

  it('when values that no data can give are read', async () => {
    const path = join(folder, 'values');
    const bad: TensorToWrite = { ...f32('k.gram', [1, 1]), read: () => viewBytes(Float32Array.of(-1)) };
    await writeSafetensors(path, { tensors: [bad], metadata: { crucible_statistics: text } });
    const file = await openStatistics(path);
    await expect(file.read('k')).rejects.toMatchObject({ code: statisticsErrors.valuesInvalid.entry.code });
    await file.close();
  });
});
