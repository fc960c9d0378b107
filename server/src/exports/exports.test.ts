import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  exportPeftFolder,
  openAdapter,
  readPeftFolder,
  type AdapterFile,
  type AdapterModuleInfo,
} from '@crucible/engine/adapters';
import { openTensorFolder } from '@crucible/engine/tensors';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Adapter,
  BaseModel,
  ExportDtype,
  ExportFormat,
  type ExportRun,
  type FusionRun,
  RunState,
} from '../entities/index.js';
import { startApi, type RunningApi } from '../graphql/start-api.js';
import { exportAdapter, type ExportAdapterInput } from '../services/export-adapter.js';
import { sha256 } from '../testing/archives.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

/** Without it, fetch asks for a reload whenever a condition is given. */
const CONDITIONAL = { 'cache-control': 'max-age=0' };

describe('an export', () => {
  let system: TestSystem;
  let api: RunningApi;
  let fused: Adapter;

  beforeAll(async () => {
    system = await TestSystem.start();
    await system.startWorker();
    api = await startApi(system.platform, { port: 0, host: '127.0.0.1' });
    const members = await system.adapters('LORA');
    const run = await system.until(
      succeeded(
        await system.platform.services.fuse(system.em, {
          name: 'both | of *them*',
          adapters: members.map(({ id }, index) => ({ adapter: id, weight: index + 0.5 })),
          strategy: { id: 'ties', options: { density: 0.5, preset: 'PETA' } },
          seed: 7,
        }),
      ) as FusionRun,
    );
    fused = await system.em.findOneOrFail(Adapter, { id: run.output!.id });
  });
  afterAll(async () => {
    await api.close();
    await system.dispose();
  });

  const exported = async (input: Omit<ExportAdapterInput, 'adapter'>): Promise<ExportRun> => {
    const run = succeeded(await exportAdapter(system.em, system.platform, { adapter: fused.id, ...input }));
    const done = await system.until(run as ExportRun);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    return done;
  };
  const bytesOf = async (run: ExportRun, name: string): Promise<Buffer> =>
    readFile(await system.platform.blobs.locate(run.files.find((file) => file.name === name)!.sha256));
  async function folderOf(run: ExportRun): Promise<string> {
    const folder = await mkdtemp(join(system.database.home, 'export-'));
    for (const { name } of run.files) await writeFile(join(folder, name), await bytesOf(run, name));
    return folder;
  }

  it('as PEFT is the folder that the engine writes, with a model card', async () => {
    const run = await exported({ format: ExportFormat.PEFT });
    expect(run.files.map(({ name }) => name)).toEqual([
      'README.md',
      'adapter_config.json',
      'adapter_model.safetensors',
    ]);
    const adapter = await openAdapter(await system.platform.blobs.locate(fused.digest));
    const expected = join(system.database.home, 'expected');
    await exportPeftFolder(adapter, expected, { baseModel: 'tiny tower' });
    for (const name of ['adapter_config.json', 'adapter_model.safetensors']) {
      const bytes = await bytesOf(run, name);
      expect(bytes).toEqual(await readFile(join(expected, name)));
      expect(run.files.find((file) => file.name === name)).toEqual({
        name,
        byteLength: bytes.length,
        sha256: sha256(bytes),
      });
    }
    await adapter.close();
  });

  it('at a cap of rank says what that cost', async () => {
    const run = await exported({ format: ExportFormat.PEFT, maxRank: 2, dtype: ExportDtype.F16 });
    expect(run.loss).toMatchObject({ outputRank: 2, truncatedModules: 4 });
    expect(run.loss!.relativeError).toBeGreaterThan(0);
    const back = await readPeftFolder(await folderOf(run));
    expect([...back.modules.values()].map(({ rank }) => rank)).toEqual([2, 2, 2, 2]);
    await back.close();
    const card = (await bytesOf(run, 'README.md')).toString();
    expect(card).toContain('4 modules were cut to rank 2');
  });

  it('merged is the base plus the update, in files of a size, with the base’s configuration', async () => {
    const run = await exported({ format: ExportFormat.MERGED_MODEL, dtype: ExportDtype.F32, maxShardBytes: 1 << 20 });
    const folder = await folderOf(run);
    expect(run.files.map(({ name }) => name)).toEqual(['README.md', 'config.json', 'model.safetensors']);
    const adapter = await openAdapter(await system.platform.blobs.locate(fused.digest));
    const [base, merged] = await Promise.all([
      openTensorFolder(join(system.database.home, 'workspace', 'base')),
      openTensorFolder(folder),
    ]);
    expect([...merged.tensors.keys()].sort()).toEqual([...base.tensors.keys()].sort());
    for (const tensor of base.tensors.keys()) {
      const [before, after] = await Promise.all([base.readFloat32(tensor), merged.readFloat32(tensor)]);
      const info = adapter.modules.get(tensor.replace(/\.weight$/, ''));
      const delta = info === undefined ? new Float64Array(before.length) : await denseUpdate(adapter, info);
      const distance = after.reduce((most, value, at) => Math.max(most, Math.abs(value - before[at]! - delta[at]!)), 0);
      // What is not adapted stays to the bit; the rest is rounded once to float32, for numbers near 1.
      expect(distance).toBeLessThanOrEqual(info === undefined ? 0 : 1e-6);
    }
    await Promise.all([adapter.close(), base.close(), merged.close()]);
  });

  it('of one adapter in one way has the same bytes each time, apart from what was scored since', async () => {
    const [first, second] = [
      await exported({ format: ExportFormat.PEFT }),
      await exported({ format: ExportFormat.PEFT }),
    ];
    expect(second.files).toEqual(first.files);
  });

  it('has a card that says what it is made of, what it scored, and how to make it again', async () => {
    const card = (await bytesOf(await exported({ format: ExportFormat.PEFT }), 'README.md')).toString();
    const members = await system.adapters('LORA');
    expect(card).toMatch(/^---\nbase_model: "tiny tower"\nbase_model_relation: merge\nlibrary_name: peft\ntags:\n/);
    expect(card).toContain('# both \\| of \\*them\\*');
    for (const { digest } of members) expect(card).toContain(digest);
    expect(card).toContain(fused.digest);
    // The base's own class: AutoModel has other names for the modules of a model with a head.
    expect(card).toContain('from transformers import CLIPVisionModelWithProjection\n');
    expect(card).toMatch(/\| left \| TEST \| \d+\.\d\d % \| \d+\.\d\d % – \d+\.\d\d % \| 9 \|/);
    const blocks = [...card.matchAll(/```(\w+)\n(.*?)\n```/gs)].map(([, language, text]) => ({
      language,
      text: text!,
    }));
    const graphql = blocks.filter(({ language }) => language === 'graphql').map(({ text }) => text);
    const variables = JSON.parse(blocks.filter(({ language }) => language === 'json').at(-1)!.text) as {
      input: { adapters: { id: string }[] };
    };
    const post = async (
      query: string,
      variables: object = {},
    ): Promise<{ data: Record<string, never>; errors?: unknown }> =>
      (await (
        await fetch(`${api.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
        })
      ).json()) as never;
    expect((await post(graphql[0]!)).data).toMatchObject({ adapters: { nodes: [{ id: members[0]!.id }] } });
    variables.input.adapters.forEach((member, index) => (member.id = members[index]!.id));
    const answer = await post(graphql[1]!, variables);
    expect(answer.errors).toBeUndefined();
    const { fuse } = answer.data as unknown as { fuse: { __typename: string; id: string } };
    expect(fuse.__typename).toBe('FusionRun');
    const again = (await system.until(
      (await system.platform.services.findJob(system.em, fuse.id)) as FusionRun,
    )) as FusionRun;
    expect(await system.digestOf(again)).toBe(fused.digest);
  });

  it.each<[string, Partial<ExportAdapterInput>, string]>([
    ['a rank for a merged model', { format: ExportFormat.MERGED_MODEL, maxRank: 4 }, 'maxRank'],
    ['a size of files for PEFT', { format: ExportFormat.PEFT, maxShardBytes: 1 << 20 }, 'maxShardBytes'],
    ['rank 0', { format: ExportFormat.PEFT, maxRank: 0 }, 'rank is 0'],
    ['tiny files', { format: ExportFormat.MERGED_MODEL, maxShardBytes: 10 }, '1048576'],
  ])('refuses %s', async (_, change, sentence) => {
    const refused = await exportAdapter(system.em, system.platform, {
      adapter: fused.id,
      format: ExportFormat.PEFT,
      ...change,
    });
    expect(refused).toMatchObject({ code: 'OPTIONS_INVALID', message: expect.stringContaining(sentence) });
  });

  it('merges into no base that is known by its name alone', async () => {
    const em = system.em;
    const base = em.create(BaseModel, {
      name: 'somewhere/else',
      architecture: 'unknown',
      config: {},
      digest: 'e'.repeat(64),
      files: {},
      parameterCount: 0,
      sizeBytes: 0,
    } as never);
    const adapter = em.create(Adapter, { ...plain(fused), name: 'homeless', base } as never);
    await em.persist([base, adapter]).flush();
    const refused = await exportAdapter(system.em, system.platform, {
      adapter: adapter.id,
      format: ExportFormat.MERGED_MODEL,
    });
    expect(refused).toMatchObject({ issues: [{ code: 'BASE_WITHOUT_WEIGHTS' }] });
  });

  describe('is downloaded', () => {
    let run: ExportRun;
    const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
      fetch(api.url + path, { method, headers });
    const file = (): string => `/adapters/${fused.id}/adapter.safetensors`;
    let bytes: Buffer;

    beforeAll(async () => {
      run = await exported({ format: ExportFormat.PEFT });
      bytes = await readFile(await system.platform.blobs.locate(fused.digest));
    });

    it('whole, under a name that is safe anywhere, tagged by its digest', async () => {
      const response = await get(file());
      expect(response.status).toBe(200);
      expect(response.headers.get('etag')).toBe(`"${fused.digest}"`);
      expect(response.headers.get('accept-ranges')).toBe('bytes');
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename=both-of-them-${fused.digest.slice(0, 8)}.safetensors`,
      );
      expect(response.headers.get('repr-digest')).toBe(
        `sha-256=:${Buffer.from(fused.digest, 'hex').toString('base64')}:`,
      );
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    });

    it.each<[string, string, (length: number) => [number, number]]>([
      ['the first ten bytes', 'bytes=0-9', () => [0, 10]],
      ['from the middle on', 'bytes=100-', (length) => [100, length]],
      ['the last seven', 'bytes=-7', (length) => [length - 7, length]],
      ['further than there is', 'bytes=50-99999999', (length) => [50, length]],
    ])('in ranges: %s', async (_, range, slice) => {
      const [begin, end] = slice(bytes.length);
      const response = await get(file(), { range });
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${begin}-${end - 1}/${bytes.length}`);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes.subarray(begin, end));
    });

    it('in parts that make up the whole again', async () => {
      const hash = createHash('sha256');
      for (let at = 0; at < bytes.length; at += 1000) {
        const response = await get(file(), { range: `bytes=${at}-${at + 999}`, 'if-range': `"${fused.digest}"` });
        expect(response.status).toBe(206);
        hash.update(Buffer.from(await response.arrayBuffer()));
      }
      expect(hash.digest('hex')).toBe(fused.digest);
    });

    it.each<[string, Record<string, string>, string, number, number | undefined]>([
      ['a range of what it is no longer', { range: 'bytes=0-9', 'if-range': '"other"' }, 'GET', 200, undefined],
      ['several ranges at once', { range: 'bytes=0-9,20-29' }, 'GET', 200, undefined],
      ['a range of nothing', { range: 'bytes=99999999-' }, 'GET', 416, 0],
      ['its head', {}, 'HEAD', 200, 0],
      ['the head of a range', { range: 'bytes=0-9' }, 'HEAD', 206, 0],
    ])('as %s says', async (_, headers, method, status, length) => {
      const response = await get(file(), headers, method);
      const body = Buffer.from(await response.arrayBuffer());
      expect([response.status, body.length]).toEqual([status, length ?? bytes.length]);
      const sizes = [response.headers.get('content-range'), response.headers.get('content-length')];
      const whole = String(bytes.length);
      const expected: Readonly<Record<string, readonly (string | null)[]>> = {
        'GET 200': [null, whole],
        'GET 416': [`bytes */${whole}`, '0'],
        'HEAD 200': [null, whole],
        'HEAD 206': [`bytes 0-9/${whole}`, '10'],
      };
      expect(sizes).toEqual(expected[`${method} ${status}`]);
    });

    it('not at all by who has it already', async () => {
      const response = await get(file(), { ...CONDITIONAL, 'if-none-match': `"${fused.digest}"` });
      expect([response.status, await response.text()]).toEqual([304, '']);
    });

    it('file by file', async () => {
      for (const { name, sha256: digest } of run.files) {
        const response = await get(`/exports/${run.id}/files/${name}`);
        expect([name, response.status, sha256(Buffer.from(await response.arrayBuffer()))]).toEqual([name, 200, digest]);
      }
      const part = await get(`/exports/${run.id}/files/adapter_model.safetensors`, { range: 'bytes=0-7' });
      expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 8]);
    });

    it('as one tar, whose length is known before, and which is the same each time', async () => {
      const [first, second] = [
        await get(`/exports/${run.id}/archive.tar`),
        await get(`/exports/${run.id}/archive.tar`),
      ];
      const tar = Buffer.from(await first.arrayBuffer());
      expect(Buffer.from(await second.arrayBuffer())).toEqual(tar);
      expect(first.headers.get('content-length')).toBe(String(tar.length));
      const found: [string, string][] = [];
      const reader = extract();
      reader.end(tar);
      for await (const entry of reader) {
        const chunks: Buffer[] = [];
        for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
        found.push([entry.header.name, sha256(Buffer.concat(chunks))]);
      }
      const folder = `both-of-them-${fused.digest.slice(0, 8)}`;
      expect(found).toEqual(run.files.map(({ name, sha256 }) => [`${folder}/${name}`, sha256]));
      const tag = first.headers.get('etag')!;
      expect((await get(`/exports/${run.id}/archive.tar`, { ...CONDITIONAL, 'if-none-match': tag })).status).toBe(304);
      const head = await get(`/exports/${run.id}/archive.tar`, {}, 'HEAD');
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(tar.length)]);
    });

    it.each([
      '/adapters/17/adapter.safetensors',
      '/adapters/00000000-0000-7000-8000-000000000000/adapter.safetensors',
      '/exports/17/archive.tar',
      '/exports/00000000-0000-7000-8000-000000000000/files/README.md',
    ])('from no address that was not given: %s', async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'DOWNLOAD_NOT_FOUND' } }] });
    });

    it.each(['..%2F..%2Fpasswd', 'nothing', '%00'])('under no name that it does not have: %s', async (name) => {
      expect((await get(`/exports/${run.id}/files/${name}`)).status).toBe(404);
    });
  });
});

/** scale·B·A in float64, row by row. */
async function denseUpdate(
  adapter: AdapterFile,
  { name, rank, scale, inFeatures, outFeatures }: AdapterModuleInfo,
): Promise<Float64Array> {
  const { a, b } = await adapter.readFactors(name);
  const entry = (row: number, column: number): number => {
    let sum = 0;
    for (let k = 0; k < rank; k += 1) sum += b[row * rank + k]! * a[k * inFeatures + column]!;
    return scale * sum;
  };
  return Float64Array.from({ length: outFeatures * inFeatures }, (_, at) =>
    entry(Math.floor(at / inFeatures), at % inFeatures),
  );
}

/** What of a row another row can have too. */
function plain({ method, rank, scale, targetModules, parameterCount, digest, sizeBytes, origin }: Adapter): object {
  return { method, rank, scale, targetModules, parameterCount, digest, sizeBytes, origin };
}
