import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mainErrors } from './errors.js';

export interface MainArguments {
  readonly host: string;
  readonly port: number;
  readonly home: string;
  /** Whether the demo workspace is loaded. */
  readonly demo: boolean;
  /** Whether its fusions are run, and their scores printed. */
  readonly runDemo: boolean;
  readonly databaseUrl: string | undefined;
  readonly help: boolean;
}

/** Folder of the repository, from `server/src/main` and from `server/dist/main`. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

export const HELP = `Usage: npm start -- [options]

  --no-demo      start without the demo workspace
  --load-only    load the demo workspace, and run nothing on it
  --port N       port of the API (default 4000, or PORT)
  --host NAME    address to listen on (default 127.0.0.1)
  --home DIR     where data is kept (default .crucible, or CRUCIBLE_HOME)
  --help         print this

  DATABASE_URL                 a PostgreSQL server to use instead of the embedded one
  CRUCIBLE_WORKSPACE           a workspace folder to load instead of the demo
  CRUCIBLE_COMPUTE_PROCESSES   jobs computed at once (default: one per core)
  CRUCIBLE_COMPUTE_MEMORY      bytes that a compute process may hold
  CRUCIBLE_JOB_TIMEOUT         seconds that a job may take
  CRUCIBLE_PLUGINS             a folder of plugin packages beside the installed ones
  CRUCIBLE_IMPORT_ROOT         a folder whose adapters and models may be imported
  CRUCIBLE_UPLOAD_BYTES        bytes that an upload may have (default 16 GiB)
  HF_TOKEN, HF_ENDPOINT        token and address for imports from a hub
`;

/** @throws MAIN_INVALID_ARGUMENTS */
export function readArguments(argv: readonly string[], env: NodeJS.ProcessEnv): MainArguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'no-demo': { type: 'boolean', default: false },
        'load-only': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string', default: env['PORT'] ?? '4000' },
        host: { type: 'string', default: '127.0.0.1' },
        home: { type: 'string', default: env['CRUCIBLE_HOME'] ?? join(REPOSITORY, '.crucible') },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new Error(`--port takes 0 to 65535, got "${values.port}"`);
    return {
      host: values.host,
      port,
      home: resolve(values.home),
      demo: !values['no-demo'],
      runDemo: !values['no-demo'] && !values['load-only'],
      databaseUrl: env['DATABASE_URL'] === '' ? undefined : env['DATABASE_URL'],
      help: values.help,
    };
  } catch (error) {
    throw mainErrors.invalidArguments({ problem: (error as Error).message }, error);
  }
}
