import { Router, type Request, type Response } from 'express';
import { Adapter, ExportRun, ModelFusionRun, RunState, type ExportedFileRecord } from '../entities/index.js';
import type { ReportError } from '../graphql/errors/format-error.js';
import { sendProblem } from '../graphql/http/send-problem.js';
import { isUuid } from '../graphql/lists/ids.js';
import type { Platform } from '../platform/platform.js';
import { exportFolderName, modelFolderName } from './download-links.js';
import { exportErrors } from './errors.js';
import { safeFileName } from './file-name.js';
import { archiveLength, archiveTag, writeArchive } from './write-archive.js';

type Storage = Pick<Platform, 'orm' | 'blobs'>;

/** A finished folder of that id. */
type FindFolder = (id: string) => Promise<{ readonly folder: string; readonly files: readonly ExportedFileRecord[] }>;

/** What is under a digest never changes; the address of an adapter's file names one digest for as long as the adapter exists. */
const CACHE = 'public, max-age=31536000, immutable';

/**
 * Files on their way out. `GET` and `HEAD`, with ranges: one range is answered with 206, several with the whole file, one beyond the end with 416. The tag of a
 * file is its SHA-256, so that `If-Range` and `If-None-Match` are exact.
 */
export function downloadRoutes({ orm, blobs }: Storage, report: ReportError): Router {
  const router = Router();
  const answer = (work: (request: Request, response: Response) => Promise<void>) => {
    return async (request: Request, response: Response): Promise<void> => {
      try {
        await work(request, response);
      } catch (error) {
        sendProblem(response, error, { statuses: { DOWNLOAD_NOT_FOUND: 404, BLOB_NOT_FOUND: 500 }, report });
      }
    };
  };
  const findExport: FindFolder = async (id) => {
    const run = isUuid(id)
      ? await orm.em.fork().findOne(ExportRun, { id, state: RunState.SUCCEEDED }, { populate: ['adapter'] })
      : null;
    if (run === null) throw exportErrors.notFound({ what: 'such export, or it is not finished' });
    return { folder: exportFolderName(run.adapter.getEntity()), files: run.files };
  };
  const findModel: FindFolder = async (id) => {
    const run = isUuid(id) ? await orm.em.fork().findOne(ModelFusionRun, { id, state: RunState.SUCCEEDED }) : null;
    if (run === null) throw exportErrors.notFound({ what: 'such fused model, or it is not finished' });
    return { folder: modelFolderName(run), files: run.files };
  };
  router.get(
    '/adapters/:id/adapter.safetensors',
    answer(async (request, response) => {
      const id = String(request.params['id']);
      const adapter = isUuid(id) ? await orm.em.fork().findOne(Adapter, { id }) : null;
      if (adapter === null) throw exportErrors.notFound({ what: 'such adapter' });
      const name = `${exportFolderName(adapter)}.safetensors`;
      await sendBlob(response, await blobs.locate(adapter.digest), name, adapter.digest);
    }),
  );
  for (const [place, find] of [
    ['exports', findExport],
    ['exports/models', findModel],
  ] as const) {
    router.get(
      `/${place}/:id/files/:name`,
      answer(async (request, response) => {
        const { files } = await find(String(request.params['id']));
        const name = String(request.params['name']);
        const file = files.find((file) => file.name === name);
        if (file === undefined) throw exportErrors.notFound({ what: `file of this name` });
        await sendBlob(response, await blobs.locate(file.sha256), safeFileName(name), file.sha256);
      }),
    );
    router.get(
      `/${place}/:id/archive.tar`,
      answer(async (request, response) => {
        const { folder, files } = await find(String(request.params['id']));
        const tag = `"${archiveTag(folder, files)}"`;
        response.attachment(`${folder}.tar`).set({
          'content-type': 'application/x-tar',
          'cache-control': CACHE,
          etag: tag,
          'accept-ranges': 'none',
          'x-content-type-options': 'nosniff',
        });
        const length = archiveLength(folder, files);
        if (length !== undefined) response.set('content-length', String(length));
        if (request.fresh) {
          response.removeHeader('content-length');
          response.status(304).end();
        } else if (request.method === 'HEAD') response.end();
        else await writeArchive(blobs, folder, files, response);
      }),
    );
  }
  return router;
}

/** `send`, under Express, does ranges, conditions and HEAD by the tag that is set here. */
function sendBlob(response: Response, path: string, name: string, digest: string): Promise<void> {
  response.attachment(name).set({
    'content-type': name.endsWith('.json')
      ? 'application/json'
      : name.endsWith('.md')
        ? 'text/markdown; charset=utf-8'
        : 'application/octet-stream',
    etag: `"${digest}"`,
    'cache-control': CACHE,
    'repr-digest': `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`,
    'x-content-type-options': 'nosniff',
  });
  return new Promise((resolve, reject) => {
    const options = { etag: false, lastModified: false, cacheControl: false, dotfiles: 'allow' as const };
    response.sendFile(path, options, (error) => {
      const { code, status } = (error ?? {}) as { readonly code?: string; readonly status?: number };
      // Whoever went away needs no answer; a range beyond the end has got its own.
      if (!error || code === 'ECONNABORTED' || code === 'EPIPE' || code === 'ECONNRESET') resolve();
      else if (status === 416 || status === 412) {
        response.removeHeader('content-disposition');
        response.status(status).set('cache-control', 'no-store').end();
        resolve();
      } else reject(error);
    });
  });
}
