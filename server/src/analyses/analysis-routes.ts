import { Router, type Response } from 'express';
import { readFile } from 'node:fs/promises';
import { Analysis, RunState } from '../entities/index.js';
import { exportErrors } from '../exports/errors.js';
import { safeFileName } from '../exports/file-name.js';
import type { ReportError } from '../graphql/errors/format-error.js';
import { sendProblem } from '../graphql/http/send-problem.js';
import { isUuid } from '../graphql/lists/ids.js';
import type { Platform } from '../platform/platform.js';
import { readData } from './analysis-data.js';
import { analysisCsv } from './to-csv.js';

export const analysisJsonPath = (id: string): string => `/analyses/${id}/data.json`;
export const analysisCsvPath = (id: string): string => `/analyses/${id}/data.csv`;

/** The data of a finished analysis never changes; neither does what its address names. */
const CACHE = 'public, max-age=31536000, immutable';

/** Analyses on their way out: the data as it is kept, and as one table. */
export function analysisRoutes({ orm, blobs }: Pick<Platform, 'orm' | 'blobs'>, report: ReportError): Router {
  const router = Router();
  const find = async (id: string): Promise<Analysis & { readonly digest: string }> => {
    const analysis = isUuid(id) ? await orm.em.fork().findOne(Analysis, { id, state: RunState.SUCCEEDED }) : null;
    if (analysis === null || analysis.digest === null) {
      throw exportErrors.notFound({ what: 'such analysis, or it is not finished' });
    }
    return analysis as Analysis & { readonly digest: string };
  };
  const serve = (
    suffix: 'json' | 'csv',
    type: string,
    body: (analysis: Analysis & { digest: string }) => Promise<string>,
  ) =>
    router.get(`/analyses/:id/data.${suffix}`, async (request, response: Response) => {
      try {
        const analysis = await find(String(request.params['id']));
        const name = safeFileName(analysis.name ?? analysis.kind.toLowerCase().replaceAll('_', '-'));
        response.attachment(`${name}-${analysis.digest.slice(0, 8)}.${suffix}`).set({
          'content-type': type,
          'cache-control': CACHE,
          etag: `"${analysis.digest}-${suffix}"`,
          'x-content-type-options': 'nosniff',
        });
        if (request.fresh) response.status(304).end();
        else response.send(await body(analysis));
      } catch (error) {
        sendProblem(response, error, { statuses: { DOWNLOAD_NOT_FOUND: 404, BLOB_NOT_FOUND: 500 }, report });
      }
    });
  serve('json', 'application/json', async ({ digest }) => readFile(await blobs.locate(digest), 'utf8'));
  serve('csv', 'text/csv; charset=utf-8', async (analysis) => {
    const data = (await readData(blobs, analysis))!;
    const names = (records: readonly { readonly name: string }[]): string[] => records.map(({ name }) => name);
    return analysisCsv(data, names(analysis.members), names(analysis.tasks));
  });
  return router;
}
