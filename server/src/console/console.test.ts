import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleRoutes } from './index.js';

const PAGE = '<!doctype html><title>Crucible</title><script type="module" src="/assets/index-abc.js"></script>';
const SCRIPT = 'console.log("crucible");\n'.repeat(200);
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let directory: string;
let server: Server;
let port: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crucible-console-'));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'secret.js'), 'never');
  const app = express();
  app.get('/adapters/:id/adapter.safetensors', (_request, response) => void response.send('bytes'));
  app.use(consoleRoutes(directory));
  app.use((_request, response) => void response.status(404).json({ errors: [] }));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As it comes over the wire: `fetch` would unpack the body and tidy up the path. */
function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('a console that was not built', () => {
  it('is said so, with the command that builds it, and shows as soon as it is built', async () => {
    const before = await get('/', HTML);
    expect([before.status, before.body.toString()]).toEqual([503, expect.stringContaining('npm run build:console')]);
    await writeFile(join(directory, 'index.html'), PAGE);
    await writeFile(join(directory, 'assets', 'index-abc.js'), SCRIPT);
    const after = await get('/', HTML);
    expect([after.status, after.body.toString()]).toEqual([200, PAGE]);
  });
});

describe('the console', () => {
  it.each(['/', '/runs', '/runs/00000000-0000-4000-8000-000000000001/show?tab=1'])(
    'is the same page at %s',
    async (path) => {
      const answer = await get(path, HTML);
      expect([answer.status, answer.body.toString(), answer.headers['cache-control']]).toEqual([200, PAGE, 'no-cache']);
      expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
    },
  );

  it.each([
    ['a client that asks for JSON', '/', { accept: 'application/json' }],
    ['a client that takes anything', '/', { accept: '*/*' }],
    ['a client that says nothing', '/', {}],
    ['paths of the API', '/graphql/ide/none.js', HTML],
    ['an upload', '/uploads/17', HTML],
    ['an asset that is not there', '/assets/none-abc.js', HTML],
  ])('leaves %s to the API', async (_who, path, headers) => {
    expect((await get(path, headers)).status).toBe(404);
  });

  it('leaves files of the API alone', async () => {
    expect((await get('/adapters/1/adapter.safetensors', HTML)).body.toString()).toBe('bytes');
  });

  it('answers 304 to who has the page already', async () => {
    const { etag } = (await get('/', HTML)).headers;
    const again = await get('/', { ...HTML, 'if-none-match': etag! });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it.each([
    ['br', (body: Buffer) => brotliDecompressSync(body)],
    ['gzip', (body: Buffer) => gunzipSync(body)],
    [undefined, (body: Buffer) => body],
  ])('sends assets packed as %s, to be kept for good', async (encoding, unpack) => {
    const { headers, body } = await get('/assets/index-abc.js', encoding ? { 'accept-encoding': encoding } : {});
    expect([headers['content-encoding'], headers['cache-control'], headers['content-type']]).toEqual([
      encoding,
      'public, max-age=31536000, immutable',
      'text/javascript; charset=utf-8',
    ]);
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(unpack(body).toString()).toBe(SCRIPT);
    expect(headers.vary?.toLowerCase()).toContain('accept-encoding');
  });

  it('answers HEAD without a body', async () => {
    const { status, body } = await get('/assets/index-abc.js', {}, 'HEAD');
    expect([status, body.length]).toEqual([200, 0]);
  });

  it.each(['/assets/../secret.js', '/assets/..%2Fsecret.js', '/assets/%2e%2e/secret.js', '/assets/.inputs'])(
    'leads nowhere else: %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});
