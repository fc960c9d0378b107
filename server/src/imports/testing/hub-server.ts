import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { sha256, type PackedFile } from '../../testing/archives.js';

export interface HubServer {
  readonly url: string;
  /** `authorization` of every request, in order. */
  readonly tokens: readonly (string | undefined)[];
  /** What every request asked for. */
  readonly paths: readonly string[];
  dispose(): Promise<void>;
}

export interface HubRepo {
  readonly commit: string;
  readonly files: readonly PackedFile[];
  /** Only who shows this token may see it. */
  readonly token?: string;
  /** Answered to everything. */
  readonly status?: number;
  /** Files that are sent otherwise than they are listed. */
  readonly corrupt?: Readonly<Record<string, Uint8Array>>;
}

/** A hub on loopback that speaks the routes which an import uses: revision, tree and resolve, as huggingface.co answers them. */
export async function startHub(repos: Readonly<Record<string, HubRepo>>): Promise<HubServer> {
  const tokens: (string | undefined)[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    paths.push(request.url ?? '');
    answer(repos, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    tokens,
    paths,
    dispose: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(repos: Readonly<Record<string, HubRepo>>, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '', 'http://hub');
  const [, name = '', rest = ''] =
    /^\/api\/models\/([^/]+\/[^/]+)\/(.*)$/.exec(pathname) ?? /^\/([^/]+\/[^/]+)\/(resolve\/.*)$/.exec(pathname) ?? [];
  const repo = repos[name];
  const refuse = (status: number): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"no"}');
  if (repo === undefined) return refuse(404);
  if (repo.status !== undefined) return refuse(repo.status);
  if (repo.token !== undefined && request.headers.authorization !== `Bearer ${repo.token}`) return refuse(401);
  const [verb, revision = '', ...path] = rest.split('/').map((part) => decodeURIComponent(part));
  if (revision !== 'main' && revision !== repo.commit) return refuse(404);
  if (verb === 'revision') return json(response, { _id: '0', id: name, modelId: name, sha: repo.commit });
  if (verb === 'tree') return json(response, repo.files.map(describe));
  const file = repo.files.find((one) => one.name === path.join('/'));
  if (file === undefined) return refuse(404);
  send(request, response, repo.corrupt?.[file.name] ?? file.bytes);
}

const json = (response: ServerResponse, value: unknown): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** Large files are pointers in git, with a SHA-256; small ones lie in git, with git's own hash. */
function describe({ name, bytes }: PackedFile): object {
  const shared = { type: 'file', path: name, size: bytes.length };
  const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  if (name.endsWith('.json') || name.endsWith('.md')) return { ...shared, oid };
  return { ...shared, oid: 'a'.repeat(40), lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 132 } };
}

function send(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const etag = `"${sha256(bytes)}"`;
  if (request.headers.range === 'bytes=0-0') {
    const headers = { 'content-range': `bytes 0-0/${bytes.length}`, 'content-length': 1, etag };
    response.writeHead(206, headers).end(bytes.subarray(0, 1));
  } else response.writeHead(200, { 'content-length': bytes.length, etag }).end(bytes);
}
