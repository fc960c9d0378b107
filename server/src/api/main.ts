// The API process: started by main, ends with it.
import { startApi } from '../graphql/index.js';
import { mainErrors } from '../main/errors.js';
import { liveAsChild, tellParent } from '../main/child-life.js';
import { createPlatform, probeBackend, type Platform } from '../platform/index.js';
import type { WorkspaceImport } from '../services/index.js';

const { DATABASE_URL: databaseUrl = '', CRUCIBLE_HOME: home = '', CRUCIBLE_HOST: host = '127.0.0.1' } = process.env;
const { CRUCIBLE_PORT: port = '4000', CRUCIBLE_WORKSPACE: workspace } = process.env;

const onLost = (error: Error): void => {
  process.stderr.write(`The API lost its connection to the database: ${error.message}\n`);
  process.exit(1);
};

/** Before anybody is served, so that who asks finds all of it. A workspace that cannot be read is told, and the rest is served. */
async function load(platform: Platform, directory: string): Promise<WorkspaceImport | undefined> {
  try {
    return await platform.services.importWorkspace(platform.orm.em.fork(), directory);
  } catch (error) {
    process.stderr.write(`The demo workspace was not loaded: ${messageOf(error)}\n`);
    return undefined;
  }
}

function messageOf(error: unknown): string {
  // Somebody took the port after main had looked.
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return mainErrors.portInUse({ host, port: Number(port) }).message;
  }
  return error instanceof Error ? error.message : String(error);
}

try {
  const platform = await createPlatform({ databaseUrl, home, backend: probeBackend(), onLost });
  const imported = workspace === undefined ? undefined : await load(platform, workspace);
  const api = await startApi(platform, { host, port: Number(port) });
  platform.garbage.start();
  liveAsChild(async () => {
    await api.close();
    await platform.dispose();
  });
  tellParent({ type: 'ready', url: api.url, ...(imported === undefined ? {} : { workspace: imported }) });
} catch (error) {
  tellParent({ type: 'problem', message: `The API did not start: ${messageOf(error)}` });
  process.exit(1);
}
