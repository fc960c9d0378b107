import { Router, type Request, type Response } from 'express';
import type { ReportError } from '../graphql/errors/format-error.js';
import { sendProblem } from '../graphql/http/send-problem.js';
import type { AdapterUpload } from '../entities/index.js';
import { parseContentDigest } from './parse-content-digest.js';
import type { IncomingBody, UploadStore } from './upload-store.js';

const STATUSES: Readonly<Record<string, number>> = {
  UPLOAD_NOT_FOUND: 404,
  UPLOAD_UNAUTHORIZED: 401,
  UPLOAD_NOT_OPEN: 409,
  UPLOAD_FILE_EXISTS: 409,
  UPLOAD_BUSY: 503,
  UPLOAD_TOO_LARGE: 413,
  UPLOAD_TOO_MANY_ENTRIES: 413,
  UPLOAD_EXPANSION: 413,
  UPLOAD_DIGEST_HEADER: 400,
  UPLOAD_CUT_OFF: 400,
  UPLOAD_FORMAT_UNKNOWN: 415,
  UPLOAD_NO_SPACE: 507,
};

/** After an answer that came before the end of the body, the rest of it is read and dropped so long: a client that is still sending could not read the answer else. */
const LINGER_MS = 2_000;

/** `PUT /uploads/<id>` takes a safetensors file or an archive, `PUT /uploads/<id>/files/<name>` one file of a folder. Both stream. */
export function uploadRoutes(uploads: UploadStore, report: ReportError): Router {
  const router = Router();
  const receive = (work: (request: Request, body: IncomingBody) => Promise<AdapterUpload>) => {
    return async (request: Request, response: Response): Promise<void> => {
      const sender = watchSender(request, response, uploads.limits.idleSeconds);
      try {
        const upload = await work(request, { stream: request, declared: declaredBy(request), signal: sender.signal });
        response.status(201).set('cache-control', 'no-store').json(describe(upload));
      } catch (error) {
        response.set('connection', 'close');
        if (response.getHeader('www-authenticate') === undefined) response.set('www-authenticate', 'Bearer');
        sendProblem(response, error, { statuses: STATUSES, report });
      } finally {
        sender.release();
      }
    };
  };
  router.put(
    '/uploads/:id',
    receive((request, body) => uploads.receiveBody(String(request.params['id']), tokenOf(request), body)),
  );
  router.put(
    '/uploads/:id/files/:name',
    receive((request, body) =>
      uploads.receiveFile(String(request.params['id']), tokenOf(request), String(request.params['name']), body),
    ),
  );
  return router;
}

function tokenOf(request: Request): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]{1,200})$/.exec(request.get('authorization') ?? '')?.[1];
}

function declaredBy(request: Request): IncomingBody['declared'] {
  const length = request.get('content-length');
  const digest = request.get('content-digest');
  return {
    byteLength: length === undefined ? undefined : Number(length),
    sha256: digest === undefined ? undefined : parseContentDigest(digest),
  };
}

function describe({ id, state, files, receivedBytes, receivedSha256, skippedEntries, expiresAt }: AdapterUpload) {
  return { id, state, receivedBytes, receivedSha256, skippedEntries, expiresAt: expiresAt.toISOString(), files };
}

/** Aborts when the sender goes away or pauses for too long; after the answer, a sender that goes on is cut off in a moment. */
function watchSender(
  request: Request,
  response: Response,
  idleSeconds: number,
): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!response.writableEnded) controller.abort(new Error('the connection was closed'));
  };
  const onIdle = (): void => {
    // Unpacking takes as long as it takes.
    if (!request.complete) controller.abort(new Error(`no byte came for ${idleSeconds} seconds`));
  };
  response.once('close', onClose);
  request.setTimeout(idleSeconds * 1000, onIdle);
  return {
    signal: controller.signal,
    release: () => {
      response.off('close', onClose);
      if (request.complete) return;
      request.resume();
      setTimeout(() => request.destroy(), LINGER_MS).unref();
    },
  };
}
