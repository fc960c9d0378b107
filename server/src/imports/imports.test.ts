import { Readable } from 'node:stream';
import { readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestModel, openAdapter, readPeftFolder } from '@crucible/engine/adapters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Adapter,
  AdapterUpload,
  BaseModel,
  ExportFormat,
  type ExportRun,
  type FusionRun,
  ImportRun,
  Origin,
  RunState,
  TangentFrame,
} from '../entities/index.js';
import { exportAdapter } from '../services/export-adapter.js';
import { importBaseModel, type ImportBaseModelInput } from '../services/import-base-model.js';
import { importAdapter, type AdapterSourceInput } from '../services/import-adapter.js';
import { inspectSource } from '../services/inspect-source.js';
import { makeTarGz } from '../testing/archives.js';
import { readGoldenPeft, type GoldenPeft } from '../testing/peft-folder.js';
import { succeeded, TestSystem } from '../testing/test-system.js';
import { startHub, type HubServer } from './testing/hub-server.js';

const COMMIT = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';
const SECRET = 'hf_averysecrettokenofoneuser';
const golden = fileURLToPath(new URL('../../golden/', import.meta.url));

describe('an import', () => {
  let system: TestSystem;
  let hub: HubServer;
  let root: string;
  const environment = { ...process.env };

  beforeAll(async () => {
    system = await TestSystem.start();
    root = join(system.database.home, 'import root');
    await cp(join(golden, 'peft'), join(root, 'peft'), { recursive: true });
    await cp(join(golden, 'base'), join(root, 'base'), { recursive: true });
    hub = await startHub({
      'team/open': {
        commit: COMMIT,
        files: [...readGoldenPeft('eq-b'), { name: 'README.md', bytes: Buffer.from('# hi') }],
      },
      'team/base': {
        commit: COMMIT,
        files: [
          ...['config.json', 'model.safetensors'].map((name) => ({
            name,
            bytes: readFileSync(join(golden, 'base', 'llama', name)),
          })),
          { name: 'modeling.py', bytes: Buffer.from('print("never")') },
          { name: 'pytorch_model.bin', bytes: Buffer.from('x') },
        ],
      },
      'team/closed': { commit: COMMIT, files: readGoldenPeft('eq-a'), token: SECRET },
      'team/busy': { commit: COMMIT, files: [], status: 429 },
      'team/broken': { commit: COMMIT, files: [], status: 500 },
      'team/pickled': { commit: COMMIT, files: [{ name: 'adapter_model.bin', bytes: Buffer.from('x') }] },
      'team/empty': { commit: COMMIT, files: [{ name: 'README.md', bytes: Buffer.from('x') }] },
      'team/damaged': {
        commit: COMMIT,
        files: readGoldenPeft('eq-a'),
        corrupt: { 'adapter_model.safetensors': Buffer.alloc(readGoldenPeft('eq-a')[1]!.bytes.length) },
      },
      'team/cut': {
        commit: COMMIT,
        files: readGoldenPeft('eq-a'),
        corrupt: { 'adapter_config.json': Buffer.from('{}') },
      },
    });
    // Both the services here and the compute processes read them.
    Object.assign(process.env, { CRUCIBLE_IMPORT_ROOT: root, HF_ENDPOINT: hub.url });
    delete process.env['HF_TOKEN'];
    await system.startWorker();
  });
  afterAll(async () => {
    await system.dispose();
    await hub.dispose();
    process.env = environment;
  });

  const ask = async (source: AdapterSourceInput, more: { name?: string; base?: string } = {}) =>
    importAdapter(system.em, system.platform, { source, ...more });
  const run = async (source: AdapterSourceInput, more: { name?: string; base?: string } = {}): Promise<ImportRun> =>
    inspected(await system.until(succeeded(await ask(source, more)) as ImportRun));
  const inspected = async ({ id }: ImportRun): Promise<ImportRun> =>
    system.em.findOneOrFail(ImportRun, { id }, { populate: ['inspection'] });
  const outputOf = async ({ output }: ImportRun): Promise<Adapter> =>
    system.em.findOneOrFail(Adapter, { id: output!.id }, { populate: ['base', 'frame', 'inspection'] });

  /** Sends a folder as .tar.gz, as the route does. */
  async function upload(name: GoldenPeft): Promise<{ id: string; token: string }> {
    const { uploads } = system.platform;
    const { upload, token } = await uploads.create(system.em, {});
    await uploads.receiveBody(upload.id, token, {
      stream: Readable.from([await makeTarGz(readGoldenPeft(name, 'folder/'))]),
      declared: {},
      signal: new AbortController().signal,
    });
    return { id: upload.id, token };
  }

  async function leftovers(): Promise<readonly string[]> {
    await system.platform.uploads.sweep();
    const found: string[] = [];
    for (const folder of ['uploads', 'blobs/incoming']) {
      const path = join(system.database.home, folder);
      for (const name of await readdir(path, { recursive: true }).catch((): string[] => [])) {
        if ((await stat(join(path, name))).isFile()) found.push(name);
      }
    }
    return found;
  }

  it('of an upload gives an adapter with the same numbers, its inspection and where it came from, and no leftovers', async () => {
    const sent = await upload('eq-a');
    const done = await run({ upload: sent }, { name: 'first' });
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null, name: 'first' });
    const adapter = await outputOf(done);
    expect(adapter).toMatchObject({
      name: 'first',
      method: 'LORA',
      rank: 4,
      scale: 2,
      origin: Origin.IMPORTED,
      frame: null,
    });
    expect(adapter.importedFrom).toEqual({
      workspace: sent.id,
      file: 'adapter_model.safetensors',
      seed: null,
      commit: null,
    });
    expect(adapter.inspection).toMatchObject({
      dialect: 'PEFT',
      baseName: 'golden/llama',
      importable: true,
      blockers: [],
      files: [{ name: 'adapter_config.json' }, { name: 'adapter_model.safetensors' }],
    });
    expect(adapter.inspection!.modules).toHaveLength(4);
    expect(adapter.inspection!.modules[0]).toMatchObject({
      rank: 4,
      scale: 2,
      alpha: 8,
      kind: 'LORA',
      numericalRank: 4,
    });
    // A base that is known by its name alone.
    expect(adapter.base.getEntity()).toMatchObject({ name: 'golden/llama', files: {}, architecture: 'unknown' });

    const source = await readPeftFolder(join(golden, 'peft', 'eq-a'));
    const written = await openAdapter(await system.platform.blobs.locate(adapter.digest));
    expect([...written.modules.keys()]).toEqual([...source.modules.keys()]);
    for (const module of source.modules.keys())
      expect(await written.readFactors(module)).toEqual(await source.readFactors(module));
    await Promise.all([source.close(), written.close()]);

    expect(await leftovers()).toEqual([]);
    expect(await system.em.count(AdapterUpload)).toBe(0);
    expect(await ask({ upload: sent })).toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  });

  it('that waits for its turn keeps its files, however long it takes', async () => {
    await system.stopWorkers();
    const sent = await upload('eq-b');
    const waiting = succeeded(await ask({ upload: sent })) as ImportRun;
    await system.em.nativeUpdate(AdapterUpload, { id: sent.id }, { expiresAt: new Date(0) });
    expect(await leftovers()).toHaveLength(2);
    await system.startWorker();
    expect(await system.until(waiting)).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    expect(await leftovers()).toEqual([]);
  });

  it('of a file of our own is that file: its digest, its method, its base and its frame', async () => {
    const [first] = await system.adapters('L_LORA');
    await cp(await system.platform.blobs.locate(first!.digest), join(root, 'own.safetensors'));
    const done = await run({ directory: 'own.safetensors' }, { name: 'back again' });
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    const again = await outputOf(done);
    expect(again).toMatchObject({ name: 'back again', digest: first!.digest, method: 'L_LORA' });
    expect([again.base.id, again.frame?.id]).toEqual([first!.base.id, first!.frame!.id]);
    const other = (await system.em.find(BaseModel, { name: 'golden/llama' }))[0]!;
    const refused = await run({ directory: 'own.safetensors' }, { base: other.id });
    expect(refused.inspection!.blockers).toMatchObject([{ code: 'BASE_DIFFERS' }]);
  });

  it('is fused with another of the same base, which no one has the weights of', async () => {
    const [first, second] = [
      await outputOf(await run({ directory: 'peft/eq-a' })),
      await outputOf(await run({ hub: { repo: 'team/open' } })),
    ];
    expect(first.base.id).toBe(second.base.id);
    const fusion = succeeded(
      await system.platform.services.fuse(system.em, {
        adapters: [
          { adapter: first.id, weight: 0.5 },
          { adapter: second.id, weight: 0.5 },
        ],
        strategy: { id: 'taskArithmetic', options: {} },
        evaluateOn: [],
      }),
    ) as FusionRun;
    expect(await system.until(fusion)).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
  });

  it('of the hub records the commit, and fetches the files of an adapter only', async () => {
    const done = await run({ hub: { repo: 'team/open', revision: 'main' } });
    expect(done).toMatchObject({
      state: RunState.SUCCEEDED,
      name: 'team/open',
      source: { revision: 'main', commit: COMMIT },
    });
    const adapter = await outputOf(done);
    expect(adapter.importedFrom).toMatchObject({ workspace: 'team/open', commit: COMMIT });
    expect(hub.paths.filter((path) => path.includes('README'))).toEqual([]);
    expect(hub.paths.filter((path) => path.includes('/resolve/')).every((path) => path.includes(COMMIT))).toBe(true);
    expect(await leftovers()).toEqual([]);
  });

  it('uses the secret of a request for that request, and keeps it nowhere', async () => {
    expect(await ask({ hub: { repo: 'team/closed' } })).toMatchObject({ code: 'HUB_UNAUTHORIZED' });
    const before = hub.tokens.length;
    const done = await run({ hub: { repo: 'team/closed', token: SECRET } });
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null, source: { commit: COMMIT } });
    expect(new Set(hub.tokens.slice(before))).toEqual(new Set([`Bearer ${SECRET}`]));
    const tables = await system.em.execute<{ table_name: string }[]>(
      `select table_schema || '.' || table_name as table_name from information_schema.tables where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`,
    );
    for (const { table_name } of tables) {
      const rows = await system.em.execute<{ found: string }[]>(
        `select count(*) as found from ${table_name} as t where t::text like ?`,
        [`%${SECRET}%`],
      );
      expect([table_name, Number(rows[0]?.found)]).toEqual([table_name, 0]);
    }
    expect(await leftovers()).toEqual([]);
  });

  it.each<[string, AdapterSourceInput, string]>([
    ['an unknown repository', { hub: { repo: 'team/none' } }, 'HUB_NOT_FOUND'],
    ['an unknown revision', { hub: { repo: 'team/open', revision: 'v9' } }, 'HUB_NOT_FOUND'],
    ['a hub that is asked too often', { hub: { repo: 'team/busy' } }, 'HUB_RATE_LIMITED'],
    ['a hub that fails', { hub: { repo: 'team/broken' } }, 'HUB_REFUSED'],
    ['a repository that is no name', { hub: { repo: '../../etc' } }, 'OPTIONS_INVALID'],
    ['a token that is none', { hub: { repo: 'team/open', token: 'x y' } }, 'OPTIONS_INVALID'],
    ['a wrong token', { hub: { repo: 'team/closed', token: 'hf_wrong' } }, 'HUB_UNAUTHORIZED'],
    ['a path out of the root', { directory: '../workspace' }, 'IMPORT_OUTSIDE_ROOT'],
    ['an absolute path', { directory: '/etc' }, 'IMPORT_OUTSIDE_ROOT'],
    ['nothing', { directory: 'nothing' }, 'IMPORT_NOT_THERE'],
    ['a folder without an adapter', { directory: '.' }, 'UPLOAD_NO_ADAPTER'],
    ['an upload that is none', { upload: { id: '17', token: 'x' } }, 'UPLOAD_NOT_FOUND'],
  ])('refuses %s at once, with what to do', async (_, source, code) => {
    expect(await ask(source)).toMatchObject({ code, message: expect.any(String) });
  });

  it.each<[string, AdapterSourceInput, string]>([
    ['a repository of pickles', { hub: { repo: 'team/pickled' } }, 'UPLOAD_PICKLED'],
    ['a repository without an adapter', { hub: { repo: 'team/empty' } }, 'HUB_NOT_FOUND'],
    ['weights that are not those listed', { hub: { repo: 'team/damaged' } }, 'HUB_FILE_DAMAGED'],
    ['a config that is not the one listed', { hub: { repo: 'team/cut' } }, 'HUB_FILE_DAMAGED'],
  ])('that finds %s fails with the reason, and leaves nothing', async (_, source, code) => {
    expect(await run(source)).toMatchObject({ state: RunState.FAILED, problem: { code } });
    expect(await leftovers()).toEqual([]);
  });

  it('says that the hub is away, in one sentence, without the token', async () => {
    const away = await startHub({});
    await away.dispose();
    process.env['HF_ENDPOINT'] = away.url;
    try {
      const refused = await ask({ hub: { repo: 'team/open', token: SECRET } });
      expect(refused).toMatchObject({ code: 'HUB_OFFLINE' });
      expect(JSON.stringify(refused)).not.toContain(SECRET);
    } finally {
      process.env['HF_ENDPOINT'] = hub.url;
    }
  });

  it('follows no link out of the root', async () => {
    await mkdir(join(root, 'links'));
    await symlink(join(system.database.home, 'workspace'), join(root, 'links', 'folder'));
    expect(await ask({ directory: 'links/folder' })).toMatchObject({ code: 'IMPORT_OUTSIDE_ROOT' });
    await cp(join(golden, 'peft', 'eq-a', 'adapter_config.json'), join(root, 'links', 'adapter_config.json'));
    await writeFile(join(system.database.home, 'outside.safetensors'), 'x');
    await symlink(join(system.database.home, 'outside.safetensors'), join(root, 'links', 'adapter_model.safetensors'));
    expect(await ask({ directory: 'links' })).toMatchObject({ code: 'IMPORT_OUTSIDE_ROOT' });
  });

  it('that is refused by what is in the files keeps the reasons', async () => {
    const sent = await upload('dora-a');
    const done = await run({ upload: sent });
    expect(done).toMatchObject({ state: RunState.FAILED, output: null, problem: { code: 'IMPORT_REFUSED' } });
    expect(done.inspection).toMatchObject({
      dora: true,
      importable: false,
      blockers: [expect.objectContaining({ code: 'DORA' })],
    });
    expect(JSON.stringify(done.inspection) + done.problem!.message).not.toContain(system.database.home);
    // Its files stay as long as those of any upload: it may be imported for another base.
    expect(await leftovers()).toHaveLength(2);
    await system.em.nativeUpdate(AdapterUpload, { id: sent.id }, { expiresAt: new Date(0) });
    expect(await leftovers()).toEqual([]);
  });

  it('for a base whose shapes are others is refused with them', async () => {
    const tower = await system.em.findOneOrFail(BaseModel, { name: 'tiny tower' });
    const done = await run({ directory: 'peft/eq-a' }, { base: tower.id });
    expect(done).toMatchObject({ state: RunState.FAILED, problem: { code: 'IMPORT_REFUSED' } });
    expect(done.inspection!.blockers[0]!.code).toBe('BASE_DIFFERS');
  });

  it('for a base that is known by its name alone is taken on its word', async () => {
    const [named] = await system.em.find(BaseModel, { name: 'golden/llama' });
    const adapter = await outputOf(await run({ directory: 'peft/eq-b' }, { base: named!.id }));
    expect(adapter.base.id).toBe(named!.id);
  });

  it('of two adapters with the same A gives them a frame, at the second; a third joins it', async () => {
    const first = await outputOf(await run({ directory: 'peft/frame-a' }));
    expect(first.frame).toBeNull();
    const second = await outputOf(await run({ directory: 'peft/frame-b' }));
    const frame = second.frame!.getEntity();
    expect(frame).toMatchObject({ digest: second.ownFrameDigest, rank: 4, scale: 2 });
    expect((await system.em.findOneOrFail(Adapter, { id: first.id })).frame!.id).toBe(frame.id);
    const third = await outputOf(await run({ directory: 'peft/frame-b' }, { name: 'again' }));
    expect(third.frame!.id).toBe(frame.id);
    expect(await system.em.count(TangentFrame, { digest: second.ownFrameDigest! })).toBe(1);
    expect(await system.platform.blobs.has(frame.blob)).toBe(true);
    expect((await outputOf(await run({ directory: 'peft/eq-a' }))).frame).not.toMatchObject({ id: frame.id });
    // What shares A is summed at unchanged rank, without being told so: PEFT's `linear` gets this wrong by 1.76 of the norm.
    const asked = await system.platform.services.fuse(system.em, {
      adapters: [{ adapter: first.id }, { adapter: second.id }],
      strategy: { id: 'taskArithmetic', options: { lambda: 1 } },
      evaluateOn: [],
    });
    const fused = await system.until(succeeded(asked) as FusionRun);
    expect(fused).toMatchObject({ space: 'FRAME', fidelity: { exact: true, outputRank: 4 } });
  });

  it('can be looked at before: from a folder, an upload or the hub, against a base or none', async () => {
    const sent = await upload('frame-a');
    for (const source of [{ upload: sent }, { directory: 'peft/frame-a' }, { hub: { repo: 'team/open' } }]) {
      expect(await inspectSource(system.em, system.platform, { source })).toMatchObject({
        dialect: 'PEFT',
        importable: true,
      });
    }
    const tower = await system.em.findOneOrFail(BaseModel, { name: 'tiny tower' });
    const against = { source: { upload: sent }, base: tower.id };
    expect(await inspectSource(system.em, system.platform, against)).toMatchObject({ importable: false });
    await writeFile(join(root, 'broken.safetensors'), Buffer.alloc(64, 0xff));
    const broken = await inspectSource(system.em, system.platform, { source: { directory: 'broken.safetensors' } });
    expect(broken).toMatchObject({ code: expect.stringMatching(/^TENSORS_/) });
    expect(JSON.stringify(broken)).not.toContain(system.database.home);
    await system.platform.uploads.remove(sent.id);
  });

  describe('of a base model', () => {
    const take = async (input: ImportBaseModelInput): Promise<ImportRun> =>
      system.until(succeeded(await importBaseModel(system.em, system.platform, input)) as ImportRun);

    it('gives a base that adapters are checked against and merged into; the same weights are one base', async () => {
      const done = await take({ name: 'tiny llama', source: { directory: 'base/llama' } });
      expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
      const base = await system.em.findOneOrFail(BaseModel, { id: done.base!.id });
      const folder = join(root, 'base', 'llama');
      expect(base).toMatchObject({ name: 'tiny llama', architecture: 'llama', digest: await digestModel(folder) });
      expect(Object.keys(base.files).sort()).toEqual(['config.json', 'model.safetensors']);
      for (const [name, digest] of Object.entries(base.files)) {
        const path = await system.platform.blobs.locate(digest);
        expect(await readFile(path)).toEqual(await readFile(join(folder, name)));
      }
      const again = await take({ source: { hub: { repo: 'team/base' } } });
      expect(again).toMatchObject({ state: RunState.SUCCEEDED, base: { id: base.id }, source: { commit: COMMIT } });
      expect(hub.paths.some((path) => path.includes('modeling.py') || path.includes('pytorch_model.bin'))).toBe(false);

      const imported = await run({ directory: 'peft/eq-a' }, { base: base.id });
      expect(imported).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
      const adapter = await outputOf(imported);
      const merged = await system.until(
        succeeded(
          await exportAdapter(system.em, system.platform, { adapter: adapter.id, format: ExportFormat.MERGED_MODEL }),
        ) as ExportRun,
      );
      expect(merged).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
      expect(merged.files.map(({ name }) => name)).toEqual(['README.md', 'config.json', 'model.safetensors']);
      expect(await leftovers()).toEqual([]);
    });

    it.each<[string, ImportBaseModelInput['source'], string]>([
      ['without a configuration', { directory: 'peft/eq-a' }, 'IMPORT_NO_MODEL'],
      ['without weights', { directory: 'empty' }, 'IMPORT_NO_MODEL'],
      ['of pickles', { directory: 'pickled' }, 'UPLOAD_PICKLED'],
      ['of the hub without any', { hub: { repo: 'team/empty' } }, 'HUB_NOT_FOUND'],
    ])('fails for a folder %s, and leaves nothing', async (_, source, code) => {
      await mkdir(join(root, 'empty'), { recursive: true });
      await mkdir(join(root, 'pickled'), { recursive: true });
      await writeFile(join(root, 'pickled', 'pytorch_model.bin'), 'x');
      expect(await take({ source })).toMatchObject({ state: RunState.FAILED, base: null, problem: { code } });
      expect(await leftovers()).toEqual([]);
    });

    it('is refused where its folder leads out of the root', async () => {
      await mkdir(join(root, 'leaky'));
      await cp(join(root, 'base', 'llama', 'config.json'), join(root, 'leaky', 'config.json'));
      await symlink(join(system.database.home, 'outside.safetensors'), join(root, 'leaky', 'model.safetensors'));
      expect(await take({ source: { directory: 'leaky' } })).toMatchObject({
        problem: { code: 'IMPORT_OUTSIDE_ROOT' },
      });
      const outside = { source: { directory: '../workspace/base' } };
      expect(await importBaseModel(system.em, system.platform, outside)).toMatchObject({ code: 'IMPORT_OUTSIDE_ROOT' });
    });
  });

  it('is asked for in vain where no root is open', async () => {
    delete process.env['CRUCIBLE_IMPORT_ROOT'];
    try {
      expect(await ask({ directory: 'peft/eq-a' })).toMatchObject({ code: 'IMPORT_ROOT_MISSING' });
    } finally {
      process.env['CRUCIBLE_IMPORT_ROOT'] = root;
    }
  });
});
