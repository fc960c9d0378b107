import { Router, type Request, type Response } from 'express';
import { ConsoleFiles, type ConsoleFile } from './console-files.js';
import { notBuiltPage } from './not-built-page.js';

/** Nothing on the page may come from, or go to, another origin. Styles stand in the page: emotion, which react-admin is styled by, writes them there. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** First parts of paths that belong to the API: a browser that opens one gets the API's answer, never the console. */
const OF_THE_API = new Set(['graphql', 'uploads', 'exports', 'assets', 'healthz', 'readyz']);

/**
 * The console, at `/` and every page below it, for a client that asks for HTML; all others pass by. It has to come after the routes of the API.
 *
 * The page is asked for again each time and answered with 304 where it is the same; its assets are named by their content and kept for good.
 */
export function consoleRoutes(directory: string): Router {
  const files = new ConsoleFiles(directory);
  const router = Router();

  router.get('/assets/:name', async (request, response, next) => {
    const asset = await files.asset(String(request.params['name']));
    if (asset) send(request, response, asset, 'public, max-age=31536000, immutable');
    else next();
  });

  router.get('/{*path}', async (request, response, next) => {
    if (OF_THE_API.has(request.path.split('/')[1] ?? '') || !asksForHtml(request)) {
      next();
      return;
    }
    response.set({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      vary: 'accept',
    });
    const page = await files.page();
    if (page) send(request, response, page, 'no-cache');
    else response.status(503).set('cache-control', 'no-store').type('html').send(notBuiltPage);
  });
  return router;
}

/** Browsers name `text/html`; a client that accepts anything at all means the API. */
function asksForHtml(request: Request): boolean {
  return request.headers.accept?.includes('text/html') === true && request.accepts(['json', 'html']) === 'html';
}

/** In the best encoding that both sides know. */
function send(request: Request, response: Response, file: ConsoleFile, cache: string): void {
  response
    .vary('accept-encoding')
    .set({ etag: file.etag, 'cache-control': cache, 'x-content-type-options': 'nosniff', 'content-type': file.type });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  const encoding = request.acceptsEncodings(['br', 'gzip', 'identity']);
  const body = encoding === 'br' ? file.brotli : encoding === 'gzip' ? file.gzip : file.plain;
  if (encoding === 'br' || encoding === 'gzip') response.set('content-encoding', encoding);
  response.set('content-length', String(body.length));
  response.end(request.method === 'HEAD' ? undefined : body);
}
