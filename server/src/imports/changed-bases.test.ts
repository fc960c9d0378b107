import { Readable } from 'node:stream';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAdapter, readPeftFolder } from '@crucible/engine/adapters';
import { concatenate, createLowRank, toDense } from '@crucible/engine/algebra';
import { openSafetensors } from '@crucible/engine/tensors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdapterUpload, DoraImport, ImportRun, RunState, type Adapter } from '../entities/index.js';
import { importAdapter, type AdapterReadingInput } from '../services/import-adapter.js';
import { importBaseModel } from '../services/import-base-model.js';
import { inspectSource } from '../services/inspect-source.js';
import { makeTarGz } from '../testing/archives.js';
import { readGoldenPeft, type GoldenPeft } from '../testing/peft-folder.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

const golden = fileURLToPath(new URL('../../golden/', import.meta.url));

describe('an adapter that is more than factors of a stock base', () => {
  let system: TestSystem;
  let root: string;
  let base: string;
  const environment = { ...process.env };

  beforeAll(async () => {
    system = await TestSystem.start();
    root = join(system.database.home, 'import root');
    await cp(join(golden, 'peft'), join(root, 'peft'), { recursive: true });
    await cp(join(golden, 'base'), join(root, 'base'), { recursive: true });
    await cp(join(root, 'peft', 'eq-a'), join(root, 'pissa'), { recursive: true });
    const config = join(root, 'pissa', 'adapter_config.json');
    const said = JSON.parse(await readFile(config, 'utf8')) as object;
    await writeFile(config, JSON.stringify({ ...said, init_lora_weights: 'pissa' }));
    process.env['CRUCIBLE_IMPORT_ROOT'] = root;
    await system.startWorker();
    const asked = await importBaseModel(system.em, system.platform, { source: { directory: 'base/llama' } });
    base = (await system.until(succeeded(asked) as ImportRun)).base!.id;
  });
  afterAll(async () => {
    await system.dispose();
    process.env = environment;
  });

  const ask = (input: AdapterReadingInput) => importAdapter(system.em, system.platform, input);
  const run = async (input: AdapterReadingInput): Promise<ImportRun> => {
    const { id } = await system.until(succeeded(await ask(input)) as ImportRun);
    return system.em.findOneOrFail(ImportRun, { id }, { populate: ['inspection', 'output'] });
  };
  const look = (input: AdapterReadingInput) => inspectSource(system.em, system.platform, input);
  const opened = async ({ output }: ImportRun) =>
    openAdapter(await system.platform.blobs.locate((output!.getEntity() satisfies Adapter).digest));

  async function upload(name: GoldenPeft): Promise<{ id: string; token: string }> {
    const { uploads } = system.platform;
    const { upload, token } = await uploads.create(system.em, {});
    const stream = Readable.from([await makeTarGz(readGoldenPeft(name))]);
    await uploads.receiveBody(upload.id, token, { stream, declared: {}, signal: new AbortController().signal });
    return { id: upload.id, token };
  }

  it('(DoRA) comes in through its base, where rows have the magnitudes that were trained', async () => {
    const source = { directory: 'peft/dora-a' };
    expect(await look({ source, base })).toMatchObject({ importable: false, blockers: [{ code: 'DORA' }] });
    const choices = { source, base, dora: DoraImport.FULL_RANK };
    expect(await look(choices)).toMatchObject({ importable: true, notices: [{ code: 'DORA_APPLIED' }] });
    const done = await run(choices);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null, dora: 'FULL_RANK' });

    const adapter = await opened(done);
    const weights = await openSafetensors(join(golden, 'base', 'llama', 'model.safetensors'));
    const trained = await openSafetensors(join(golden, 'peft', 'dora-a', 'adapter_model.safetensors'));
    try {
      expect(adapter.modules.size).toBeGreaterThan(0);
      for (const [name, info] of adapter.modules) {
        const weight = await weights.readFloat32(`${name}.weight`);
        const delta = toDense(createLowRank(await adapter.readFactors(name), info)).data;
        const magnitudes = await trained.readFloat32(`base_model.model.${name}.lora_magnitude_vector`);
        magnitudes.forEach((magnitude, row) => {
          const at = row * info.inFeatures;
          const norm = Math.hypot(
            ...Array.from({ length: info.inFeatures }, (_, j) => weight[at + j]! + delta[at + j]!),
          );
          // W′ = m ⊙ direction: float32 all the way.
          expect(Math.abs(norm / magnitude - 1)).toBeLessThan(1e-5);
        });
      }
    } finally {
      await Promise.all([adapter.close(), weights.close(), trained.close()]);
    }
  });

  it('(DoRA) is refused where the base’s weights are not here', async () => {
    const source = { directory: 'peft/dora-a' };
    expect(await look({ source, dora: DoraImport.FULL_RANK })).toMatchObject({ blockers: [{ code: 'DORA' }] });
  });

  it('(PiSSA) with its start is s·B·A - s₀·B₀·A₀ of the stock base; both uploads are gone then', async () => {
    const source = { directory: 'pissa' };
    expect(await look({ source })).toMatchObject({ importable: false, blockers: [{ code: 'BASE_CHANGED' }] });
    const start = { upload: await upload('eq-b') };
    expect(await look({ source, start })).toMatchObject({
      importable: true,
      notices: expect.arrayContaining([expect.objectContaining({ code: 'START_SUBTRACTED' })]),
    });
    const done = await run({ source, start });
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null, start: { kind: 'UPLOAD' } });
    expect(await system.em.count(AdapterUpload)).toBe(0);

    const [got, after, before] = [
      await opened(done),
      await readPeftFolder(join(golden, 'peft', 'eq-a')),
      await readPeftFolder(join(golden, 'peft', 'eq-b')),
    ];
    for (const [name, info] of got.modules) {
      const updates = [
        createLowRank(await after.readFactors(name), after.modules.get(name)!),
        createLowRank(await before.readFactors(name), before.modules.get(name)!),
      ];
      const expected = toDense(concatenate(updates, [1, -1])).data;
      const dense = toDense(createLowRank(await got.readFactors(name), info)).data;
      dense.forEach((value, at) => expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-6));
    }
    await Promise.all([got.close(), after.close(), before.close()]);
  });

  it('(PiSSA) of the changed base is what its factors are', async () => {
    const done = await run({ source: { directory: 'pissa' }, base, changedBase: true });
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null, changedBase: true });
    const [got, plain] = [await opened(done), await readPeftFolder(join(golden, 'peft', 'eq-a'))];
    for (const name of got.modules.keys()) expect(await got.readFactors(name)).toEqual(await plain.readFactors(name));
    await Promise.all([got.close(), plain.close()]);
  });

  it('keeps the upload of its start while it waits', async () => {
    await system.stopWorkers();
    const start = await upload('eq-b');
    const waiting = succeeded(await ask({ source: { directory: 'pissa' }, start: { upload: start } })) as ImportRun;
    await system.em.nativeUpdate(AdapterUpload, { id: start.id }, { expiresAt: new Date(0) });
    await system.platform.uploads.sweep();
    expect(await system.em.count(AdapterUpload)).toBe(1);
    await system.startWorker();
    expect(await system.until(waiting)).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
  });

  it.each<[string, () => AdapterReadingInput, object]>([
    [
      'of a changed base that has no name',
      () => ({ source: { directory: 'pissa' }, changedBase: true }),
      { code: 'OPTIONS_INVALID', issues: [{ code: 'CHANGED_BASE_UNNAMED' }] },
    ],
    [
      'of a changed base and of a start',
      () => ({ source: { directory: 'pissa' }, base, changedBase: true, start: { directory: 'peft/eq-b' } }),
      { code: 'OPTIONS_INVALID', issues: [{ code: 'START_AND_CHANGED_BASE' }] },
    ],
    [
      'whose start is not there',
      () => ({ source: { directory: 'pissa' }, start: { directory: 'nothing' } }),
      { code: 'IMPORT_NOT_THERE', path: ['start'] },
    ],
  ])('is neither looked at nor taken in: %s', async (_, input, expected) => {
    expect(await ask(input())).toMatchObject(expected);
    expect(await look(input())).toMatchObject(expected);
  });

  it('tells no folder of the server’s where its start cannot be read', async () => {
    await writeFile(join(root, 'broken.safetensors'), 'x');
    const start = { directory: 'broken.safetensors' };
    const refused = await look({ source: { directory: 'pissa' }, start });
    expect(refused).toMatchObject({ code: expect.any(String), message: expect.stringContaining('the start') });
    expect(JSON.stringify(refused)).not.toContain(system.database.home);
  });
});
