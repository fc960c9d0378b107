import type { Platform } from '../platform/platform.js';
import { syncPlugins } from '../services/sync-plugins.js';
import { buildSchema } from './build-schema.js';
import { ApiContext } from './context/api-context.js';
import type { ReportError } from './errors/format-error.js';
import { builtConsole, consoleRoutes } from '../console/index.js';
import { analysisRoutes } from '../analyses/index.js';
import { experimentRoutes } from '../experiments/experiment-routes.js';
import { downloadRoutes } from '../exports/index.js';
import { uploadRoutes } from '../uploads/upload-routes.js';
import { openApi } from './http/api.js';

export interface StartApiOptions {
  readonly port: number;
  readonly host: string;
  /** Where faults of the server itself are told; standard error unless given. */
  readonly report?: ReportError;
  /** The folder of the built console; the one beside this package unless given. */
  readonly console?: string;
}

export interface RunningApi {
  /** Such as `http://127.0.0.1:4000`; GraphQL is at `/graphql`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the API of a platform, which stays the caller's to dispose. A plugin that does not fit into the schema is turned to FAILED, in the
 * tables too, with the reason.
 */
export async function startApi(platform: Platform, options: StartApiOptions): Promise<RunningApi> {
  const report = options.report ?? reportToStandardError;
  const { schema, registry } = await buildSchema(platform.plugins);
  if (registry !== platform.plugins) await syncPlugins(platform.orm.em.fork(), registry);
  const api = await openApi({
    schema,
    createContext: () => new ApiContext(platform),
    ready: async () => await platform.orm.isConnected(),
    routes: [
      uploadRoutes(platform.uploads, report),
      analysisRoutes(platform, report),
      downloadRoutes(platform, report),
      experimentRoutes(platform, report),
      consoleRoutes(options.console ?? builtConsole),
    ],
    host: options.host,
    port: options.port,
    report,
  });
  return { url: api.url, close: () => api.dispose() };
}

const reportToStandardError: ReportError = (error, correlationId) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`[${correlationId}] ${text}\n`);
};
