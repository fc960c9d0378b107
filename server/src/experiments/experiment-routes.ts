import { Router } from 'express';
import { Experiment } from '../entities/index.js';
import { exportErrors } from '../exports/errors.js';
import { safeFileName } from '../exports/file-name.js';
import type { ReportError } from '../graphql/errors/format-error.js';
import { sendProblem } from '../graphql/http/send-problem.js';
import type { Platform } from '../platform/platform.js';
import { isUuid } from '../services/find-by-id.js';
import { experimentCsv, experimentJson } from './export-experiment.js';
import { readExperiment } from './read-experiment.js';

export const experimentPath = ({ id }: Pick<Experiment, 'id'>, form: 'csv' | 'json'): string =>
  `/experiments/${id}/results.${form}`;

/** Results of an experiment as files, as far as they are known: `GET /experiments/<id>/results.csv` and `.json`. */
export function experimentRoutes({ orm }: Pick<Platform, 'orm'>, report: ReportError): Router {
  const router = Router();
  for (const form of ['csv', 'json'] as const) {
    router.get(`/experiments/:id/results.${form}`, async (request, response) => {
      try {
        const id = String(request.params['id']);
        const em = orm.em.fork();
        const experiment = isUuid(id) ? await em.findOne(Experiment, { id }) : null;
        if (experiment === null) throw exportErrors.notFound({ what: 'such experiment' });
        const table = await readExperiment(em, experiment);
        const name = safeFileName(`${experiment.name ?? 'experiment'}.${form}`);
        response.attachment(name).set({
          'content-type': form === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        });
        response.send(form === 'csv' ? experimentCsv(table) : JSON.stringify(experimentJson(table)));
      } catch (error) {
        sendProblem(response, error, { statuses: { DOWNLOAD_NOT_FOUND: 404 }, report });
      }
    });
  }
  return router;
}
