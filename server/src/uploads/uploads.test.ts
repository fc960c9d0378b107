import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdapterUpload } from '../entities/index.js';
import { createTestServer, type TestServer } from '../graphql/testing/create-test-server.js';
import { makeTar, makeTarGz, makeZip, sha256 } from '../testing/archives.js';
import { readGoldenPeft } from '../testing/peft-folder.js';
import { uploadLimits } from './upload-limits.js';
import { UploadStore } from './upload-store.js';

const LIMITS = {
  ...uploadLimits,
  bytes: 1 << 20,
  entries: 10,
  jsonBytes: 4096,
  expansionRatio: 10,
  expansionFreeBytes: 65_536,
  openUploads: 64,
};

const CREATE = `mutation ($input: AdapterUploadInput!) { createAdapterUpload(input: $input) { __typename
  ... on AdapterUpload { id url filesUrl token state expiresAt } ... on Problem { code message path } } }`;

interface Created {
  readonly __typename: string;
  readonly id: string;
  readonly url: string;
  readonly filesUrl: string;
  readonly token: string;
  readonly code?: string;
}

interface Sent {
  readonly status: number;
  readonly state?: string;
  readonly skippedEntries?: number;
  readonly files?: readonly { readonly name: string; readonly sha256: string; readonly byteLength: number }[];
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

describe('an upload', () => {
  let server: TestServer;
  let root: string;
  const peft = readGoldenPeft('eq-a');
  const weights = peft[1]!;

  beforeAll(async () => {
    server = await createTestServer({ uploadLimits: LIMITS });
    root = join(server.platform.home, 'uploads');
  });
  afterEach(async () => {
    // Each test's own are removed, so that the next counts from zero.
    const em = server.platform.orm.em.fork();
    for (const { id } of await em.find(AdapterUpload, {})) await server.platform.uploads.remove(id);
  });
  afterAll(() => server.dispose());

  const create = async (input: Record<string, unknown> = {}): Promise<Created> =>
    (await server.data<{ createAdapterUpload: Created }>(CREATE, { input })).createAdapterUpload;

  async function put(path: string, token: string | undefined, body: Uint8Array, headers = {}): Promise<Sent> {
    const response = await fetch(server.url + path, {
      method: 'PUT',
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      body: Buffer.from(body),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }
  const complete = async (id: string, token: string): Promise<{ __typename: string; state?: string; code?: string }> =>
    (
      await server.data<{ completeAdapterUpload: never }>(
        `mutation ($input: UploadTokenInput!) { completeAdapterUpload(input: $input) { __typename
          ... on AdapterUpload { state } ... on Problem { code } } }`,
        { input: { id, token } },
      )
    ).completeAdapterUpload;

  /** Every file under the folder of uploads. */
  async function files(): Promise<readonly string[]> {
    const names = await readdir(root, { recursive: true }).catch((): string[] => []);
    const found: string[] = [];
    for (const name of names) if ((await stat(join(root, name))).isFile()) found.push(name);
    return found.sort();
  }

  const folder = readGoldenPeft('eq-a', 'my adapter/');
  const readme = { name: 'my adapter/README.md', bytes: Buffer.from('# hello') };
  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ['a .tar', () => makeTar([readme, ...folder]), 'my adapter/'],
    ['a .tar.gz', () => makeTarGz([readme, ...folder]), 'my adapter/'],
    ['a .zip', () => makeZip([readme, ...folder]), 'my adapter/'],
    ['one safetensors file', () => weights.bytes, ''],
  ])('takes %s in one body, and then no more', async (_, body, prefix) => {
    const bytes = await body();
    const { id, url, token } = await create({ byteLength: bytes.length, sha256: sha256(bytes) });
    const sent = await put(url, token, bytes);
    expect(sent).toMatchObject({ status: 201, state: 'COMPLETE', receivedSha256: sha256(bytes) });
    const expected = prefix === '' ? [{ ...weights, name: 'adapter.safetensors' }] : readGoldenPeft('eq-a', prefix);
    expect(sent.skippedEntries).toBe(prefix === '' ? 0 : 1);
    expect(sent.files).toEqual(
      expected.map(({ name, bytes }) => ({ name, byteLength: bytes.length, sha256: sha256(bytes) })),
    );
    for (const { name, bytes } of expected) expect(await readFile(join(root, id, 'files', name))).toEqual(bytes);
    expect(await files()).toHaveLength(expected.length);
    expect(await put(url, token, bytes)).toMatchObject({
      status: 409,
      errors: [{ extensions: { code: 'UPLOAD_NOT_OPEN' } }],
    });
    expect(await files()).toHaveLength(expected.length);
  });

  it('takes the files of a folder one by one, each once, until it is told that they are all', async () => {
    const { id, filesUrl, token } = await create();
    const digest = { 'content-digest': `sha-256=:${Buffer.from(sha256(weights.bytes), 'hex').toString('base64')}:` };
    expect(await complete(id, token)).toMatchObject({ code: 'UPLOAD_NO_ADAPTER' });
    expect(await put(`${filesUrl}adapter_config.json`, token, peft[0]!.bytes)).toMatchObject({
      status: 201,
      state: 'OPEN',
    });
    expect(await complete(id, token)).toMatchObject({ code: 'UPLOAD_NO_ADAPTER' });
    expect(await put(`${filesUrl}adapter_model.safetensors`, token, weights.bytes, digest)).toMatchObject({
      status: 201,
      files: peft.map(({ name }) => ({ name })),
    });
    expect(await put(`${filesUrl}adapter_model.safetensors`, token, weights.bytes)).toMatchObject({
      status: 409,
      errors: [{ extensions: { code: 'UPLOAD_FILE_EXISTS' } }],
    });
    expect(await complete(id, 'another')).toMatchObject({ code: 'UPLOAD_UNAUTHORIZED' });
    expect(await complete(id, token)).toMatchObject({ __typename: 'AdapterUpload', state: 'COMPLETE' });
    expect(await complete(id, token)).toMatchObject({ code: 'UPLOAD_NOT_OPEN' });
    expect(await files()).toHaveLength(2);
  });

  const entry = (name: string, header = {}) => ({ name, bytes: Buffer.from('x'), header });
  const many = Array.from({ length: LIMITS.entries + 1 }, (_, index) => entry(`${index}.txt`));
  const zeros = Buffer.alloc(600_000);
  const refused: readonly [string, () => Promise<Uint8Array> | Uint8Array, number, string][] = [
    ['what is neither', () => Buffer.from('once upon a time, there was no adapter'), 415, 'UPLOAD_FORMAT_UNKNOWN'],
    ['nothing', () => Buffer.alloc(0), 415, 'UPLOAD_FORMAT_UNKNOWN'],
    ['a body over the cap', () => Buffer.alloc(LIMITS.bytes + 1), 413, 'UPLOAD_TOO_LARGE'],
    ['too many entries', () => makeTar([...many, ...peft]), 413, 'UPLOAD_TOO_MANY_ENTRIES'],
    ['a tar that leads out', () => makeTar([...peft, entry('../../x.safetensors')]), 422, 'UPLOAD_ENTRY_UNSAFE'],
    ['an absolute path', () => makeTar([...peft, entry('/etc/x.safetensors')]), 422, 'UPLOAD_ENTRY_UNSAFE'],
    ['a path of Windows', () => makeTar([...peft, entry('C:\\x.safetensors')]), 422, 'UPLOAD_ENTRY_UNSAFE'],
    ['too many folders', () => makeTar([entry(`${'a/'.repeat(9)}x.safetensors`)]), 422, 'UPLOAD_ENTRY_UNSAFE'],
    ['too long a path', () => makeTar([entry(`${'a'.repeat(600)}.safetensors`)]), 422, 'UPLOAD_ENTRY_UNSAFE'],
    ['a name twice', () => makeTar([...peft, ...readGoldenPeft('eq-b')]), 422, 'UPLOAD_ENTRY_UNSAFE'],
    ['two adapters', () => makeTar([...folder, ...readGoldenPeft('eq-b', 'b/')]), 422, 'UPLOAD_NO_ADAPTER'],
    ['no adapter', () => makeTar([entry('readme.txt')]), 422, 'UPLOAD_NO_ADAPTER'],
    ['a pickle', () => makeTar([peft[0]!, entry('adapter_model.bin')]), 422, 'UPLOAD_PICKLED'],
    ['a large config', () => makeTar([{ name: 'adapter_config.json', bytes: zeros }]), 413, 'UPLOAD_TOO_LARGE'],
    [
      'a symbolic link',
      () =>
        makeTar([
          ...peft,
          { ...entry('x.safetensors', { type: 'symlink', linkname: '/etc/passwd' }), bytes: Buffer.alloc(0) },
        ]),
      422,
      'UPLOAD_ENTRY_UNSAFE',
    ],
    [
      'a hard link',
      () => makeTar([...peft, { ...entry('x.safetensors', { type: 'link', linkname: 'y' }), bytes: Buffer.alloc(0) }]),
      422,
      'UPLOAD_ENTRY_UNSAFE',
    ],
    ['a zip that leads out', () => makeZip([...peft, entry('../x.safetensors')]), 422, 'UPLOAD_ENTRY_UNSAFE'],
    [
      'a link in a zip',
      () => makeZip([...peft, { ...entry('x.safetensors'), mode: 0o120777 }]),
      422,
      'UPLOAD_ENTRY_UNSAFE',
    ],
    ['half a zip', () => makeZip(peft).subarray(0, 1000), 422, 'UPLOAD_ARCHIVE_INVALID'],
    ['half a tar.gz', async () => (await makeTarGz(peft)).subarray(0, 900), 422, 'UPLOAD_ARCHIVE_INVALID'],
    ['half a tar', async () => (await makeTar(peft)).subarray(0, 3000), 422, 'UPLOAD_ARCHIVE_INVALID'],
    ['a bomb', async () => makeTarGz([{ name: 'x.safetensors', bytes: zeros }]), 413, 'UPLOAD_EXPANSION'],
    [
      'a bomb beside the adapter',
      async () => makeTarGz([...peft, { name: 'x.txt', bytes: zeros }]),
      413,
      'UPLOAD_EXPANSION',
    ],
    ['gzip that is no tar', () => gzipSync(Buffer.alloc(900_000, 'a')), 422, 'UPLOAD_ARCHIVE_INVALID'],
  ];
  it.each(refused)('refuses %s and keeps nothing of it', async (_, body, status, code) => {
    const { url, token } = await create();
    const sent = await put(url, token, await body());
    expect([sent.status, sent.errors?.[0]?.extensions.code, sent.errors?.[0]?.message]).toEqual([
      status,
      code,
      expect.any(String),
    ]);
    expect(sent.errors?.[0]?.message).not.toContain(server.platform.home);
    expect(await files()).toEqual([]);
    // The token is not used up by a failure.
    expect(await put(url, token, weights.bytes)).toMatchObject({ status: 201 });
  });

  it.each<[string, Record<string, unknown>, Record<string, string>, number, string]>([
    ['other bytes than declared', { sha256: 'a'.repeat(64) }, {}, 422, 'UPLOAD_DIGEST_MISMATCH'],
    ['fewer bytes than declared', { byteLength: 10_000 }, {}, 422, 'UPLOAD_SIZE_MISMATCH'],
    ['more bytes than declared', { byteLength: 10 }, {}, 422, 'UPLOAD_SIZE_MISMATCH'],
    [
      'another digest in its header',
      {},
      { 'content-digest': `sha-256=:${'A'.repeat(43)}=:` },
      422,
      'UPLOAD_DIGEST_MISMATCH',
    ],
    ['a digest that is none', {}, { 'content-digest': 'md5=:abc:' }, 400, 'UPLOAD_DIGEST_HEADER'],
  ])('refuses %s', async (_, declared, headers, status, code) => {
    const { url, token } = await create(declared);
    expect(await put(url, token, weights.bytes, headers)).toMatchObject({ status, errors: [{ extensions: { code } }] });
    expect(await files()).toEqual([]);
  });

  it('is open to its token alone', async () => {
    const [own, other] = [await create(), await create()];
    const unauthorized = { status: 401, errors: [{ extensions: { code: 'UPLOAD_UNAUTHORIZED' } }] };
    expect(await put(own.url, undefined, weights.bytes)).toMatchObject(unauthorized);
    expect(await put(own.url, other.token, weights.bytes)).toMatchObject(unauthorized);
    expect(await put('/uploads/17', own.token, weights.bytes)).toMatchObject({ status: 404 });
    const { node } = await server.data<{ node: Record<string, unknown> }>(
      'query ($id: ID!) { node(id: $id) { id ... on AdapterUpload { token state } } }',
      { id: own.id },
    );
    expect(node).toEqual({ id: own.id, token: null, state: 'OPEN' });
    const row = await server.platform.orm.em.fork().findOneOrFail(AdapterUpload, { id: own.id });
    expect(JSON.stringify(row)).not.toContain(own.token);
  });

  it.each(['adapter_model.bin', 'notes.txt', '..%2Fadapter_config.json', '.safetensors', 'a%00.safetensors'])(
    'takes no single file %s',
    async (name) => {
      const { filesUrl, token } = await create();
      const { status } = await put(filesUrl + name, token, Buffer.from('x'));
      expect([400, 404, 422]).toContain(status);
      expect(await files()).toEqual([]);
    },
  );

  it('counts all single files of an upload together', async () => {
    const { filesUrl, token } = await create();
    const half = Buffer.alloc(LIMITS.bytes * 0.6);
    expect(await put(`${filesUrl}a.safetensors`, token, half)).toMatchObject({ status: 201 });
    expect(await put(`${filesUrl}b.safetensors`, token, half)).toMatchObject({
      status: 413,
      errors: [{ extensions: { code: 'UPLOAD_TOO_LARGE' } }],
    });
    expect(await files()).toHaveLength(1);
  });

  it('has no configuration longer than one may be', async () => {
    const { filesUrl, token } = await create();
    expect(await put(`${filesUrl}adapter_config.json`, token, Buffer.alloc(LIMITS.jsonBytes + 1, ' '))).toMatchObject({
      status: 413,
      errors: [{ extensions: { code: 'UPLOAD_TOO_LARGE' } }],
    });
    expect(await files()).toEqual([]);
  });

  it('declares no more than is taken, and no more uploads are open than may be', async () => {
    expect(await create({ byteLength: LIMITS.bytes + 1 })).toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
    for (let open = 0; open < LIMITS.openUploads; open += 1) await create();
    expect(await create()).toMatchObject({ __typename: 'QuotaExceeded' });
  });

  it.each(['', 'files/adapter_model.safetensors'])(
    'that is cut off in the middle leaves nothing, and can be sent again (%s)',
    async (name) => {
      const { id, token } = await create();
      const path = `/uploads/${id}${name === '' ? '' : `/${name}`}`;
      const request = httpRequest(server.url + path, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-length': 500_000 },
      });
      request.on('error', () => {});
      request.write(Buffer.alloc(200_000));
      await vi.waitFor(async () => expect(await files()).toHaveLength(1), { timeout: 60_000 });
      request.destroy();
      await vi.waitFor(async () => expect(await files()).toEqual([]), { timeout: 60_000 });
      expect(await put(path, token, weights.bytes)).toMatchObject({ status: 201 });
    },
  );

  it('of which two bodies come at once has one of them, whole', async () => {
    const { url, token } = await create();
    const sent = await Promise.all([put(url, token, await makeTar(peft)), put(url, token, weights.bytes)]);
    expect(sent.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await files()).length).toBe(sent.find(({ status }) => status === 201)!.files!.length);
  });

  it('whose process was killed is swept away at the next start; so is what no row names', async () => {
    const { id } = await create();
    const { url, token } = await create();
    await put(url, token, weights.bytes);
    await mkdir(join(root, id, 'parts'), { recursive: true });
    await writeFile(join(root, id, 'parts', 'half'), 'half a body');
    await mkdir(join(root, 'stray', 'files'), { recursive: true });
    await writeFile(join(root, 'stray', 'files', 'x.safetensors'), 'x');
    await server.platform.uploads.sweep();
    expect(await files()).toHaveLength(2);
    await server.platform.uploads.sweep({ parts: true });
    expect(await files()).toHaveLength(1);
  });

  it('that has expired is gone, with its files', async () => {
    const { id, url, token } = await create();
    await put(url, token, weights.bytes);
    const em = server.platform.orm.em.fork();
    await em.nativeUpdate(AdapterUpload, { id }, { expiresAt: new Date(Date.now() - 1) });
    expect(await put(url, token, weights.bytes)).toMatchObject({ status: 404 });
    await server.platform.uploads.sweep();
    expect(await files()).toEqual([]);
    expect(await em.fork().count(AdapterUpload)).toBe(0);
  });

  it('lives on while its bytes arrive, however long that takes', async () => {
    const { orm, home } = server.platform;
    const store = new UploadStore(orm, home, { ...LIMITS, lifetimeSeconds: 2 });
    const expiry = async (): Promise<number> => (await orm.em.fork().find(AdapterUpload, {}))[0]!.expiresAt.getTime();
    const staged = await store.stage(async (folder) => {
      const first = await expiry();
      await vi.waitUntil(async () => (await expiry()) > first, { timeout: 60_000 });
      await writeFile(join(folder, weights.name), weights.bytes);
      return [{ name: weights.name, byteLength: weights.bytes.length, sha256: sha256(weights.bytes) }];
    });
    expect(staged).toMatchObject({ state: 'COMPLETE', files: [{ name: weights.name }] });
  });

  it('is read no further than its cap, however long it is', async () => {
    const { url, token } = await create();
    const request = httpRequest(server.url + url, { method: 'PUT', headers: { authorization: `Bearer ${token}` } });
    request.on('error', () => {});
    const answered = once(request, 'response') as Promise<[{ readonly statusCode: number }]>;
    const got: number[] = [];
    void answered.then(([{ statusCode }]) => got.push(statusCode));
    const chunk = Buffer.alloc(65_536);
    while (got.length === 0) {
      const flowing = request.write(chunk);
      await (flowing ? new Promise(setImmediate) : Promise.race([once(request, 'drain'), answered]));
    }
    request.destroy();
    expect(got).toEqual([413]);
    expect(await files()).toEqual([]);
    // None of all these refusals is a fault of the server.
    expect(server.faults).toEqual([]);
  });
});

describe('uploads of senders that dawdle', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await createTestServer({ uploadLimits: { ...uploadLimits, concurrent: 1, idleSeconds: 1 } });
  });
  afterAll(() => server.dispose());

  it('are received so many at once, and given up when nothing comes for too long', async () => {
    const { createAdapterUpload } = await server.data<{ createAdapterUpload: Created }>(CREATE, { input: {} });
    const headers = { authorization: `Bearer ${createAdapterUpload.token}` };
    const request = httpRequest(server.url + createAdapterUpload.url, { method: 'PUT', headers });
    request.on('error', () => {});
    const answered = once(request, 'response') as Promise<[{ readonly statusCode: number }]>;
    request.write(Buffer.alloc(1000));
    const folder = join(server.platform.home, 'uploads', createAdapterUpload.id, 'parts');
    await vi.waitFor(async () => expect(await readdir(folder)).toHaveLength(1), { timeout: 60_000 });
    const second = await fetch(server.url + createAdapterUpload.url, { method: 'PUT', headers, body: 'x' });
    expect([second.status, await second.json()]).toMatchObject([
      503,
      { errors: [{ extensions: { code: 'UPLOAD_BUSY' } }] },
    ]);
    const [{ statusCode }] = await answered;
    expect(statusCode).toBe(400);
    request.destroy();
    expect(await readdir(folder)).toEqual([]);
  });
});
