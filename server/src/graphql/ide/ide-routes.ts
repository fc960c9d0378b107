import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Router, type Response } from 'express';
import { bootScript } from './boot-script.js';
import { exampleTabs } from './example-tabs.js';
import { idePage, pageStyle } from './ide-page.js';

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
  readonly etag: string;
}

/** Nothing on the page may come from, or go to, another origin: the browser itself enforces that the IDE works offline. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self' blob:",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * GraphiQL for a browser that opens `/graphql`, served from the npm package that carries it whole. Other clients pass by.
 *
 * The package is 9 MB of text: it is read and packed when somebody first asks, not at every start.
 */
export function ideRoutes(): Router {
  const router = Router();
  let assets: Promise<ReadonlyMap<string, Asset>> | undefined;

  router.get('/graphql', (request, response, next) => {
    if (request.accepts(['json', 'html']) !== 'html' || !request.headers.accept?.includes('text/html')) {
      next();
      return;
    }
    response
      .set({
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      .type('html')
      .send(idePage());
  });

  router.get('/graphql/ide/:name', async (request, response, next) => {
    const asset = (await (assets ??= packAssets())).get(request.params.name);
    if (!asset) {
      next();
      return;
    }
    response.set({ etag: asset.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
    if (request.headers['if-none-match'] === asset.etag) response.status(304).end();
    else if (request.acceptsEncodings('gzip')) send(response.set('content-encoding', 'gzip'), asset, asset.packed);
    else send(response, asset, asset.plain);
  });
  return router;
}

function send(response: Response, { type }: Asset, body: Buffer): void {
  response.type(type).set('x-content-type-options', 'nosniff').end(body);
}

async function packAssets(): Promise<ReadonlyMap<string, Asset>> {
  const { css, editorWorkerService, graphqlWorker, js, jsonWorker } =
    await import('@graphql-yoga/render-graphiql/graphiql');
  const texts: Readonly<Record<string, readonly [type: string, text: string]>> = {
    'graphiql.js': ['text/javascript', js],
    'graphiql.css': ['text/css', css],
    'editor-worker.js': ['text/javascript', editorWorkerService],
    'graphql-worker.js': ['text/javascript', graphqlWorker],
    'json-worker.js': ['text/javascript', jsonWorker],
    'page.css': ['text/css', pageStyle],
    'boot.js': ['text/javascript', bootScript(exampleTabs)],
  };
  const assets = await Promise.all(
    Object.entries(texts).map(async ([name, [type, text]]): Promise<[string, Asset]> => {
      const plain = Buffer.from(text);
      const etag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
      return [name, { type, plain, packed: await promisify(gzip)(plain), etag }];
    }),
  );
  return new Map(assets);
}
