// The API process: started by main, ends with it.
import { startApi } from '../graphql/index.js';
import { liveAsChild, tellParent } from '../main/child-life.js';
import { createPlatform, probeBackend } from '../platform/index.js';

const { DATABASE_URL: databaseUrl = '', CRUCIBLE_HOME: home = '', CRUCIBLE_HOST: host = '127.0.0.1' } = process.env;
const { CRUCIBLE_PORT: port = '4000', CRUCIBLE_WORKSPACE: workspace } = process.env;

const onLost = (error: Error): void => {
  process.stderr.write(`The API lost its connection to the database: ${error.message}\n`);
  process.exit(1);
};

try {
  const platform = await createPlatform({ databaseUrl, home, backend: await probeBackend(), onLost });
  const api = await startApi(platform, { host, port: Number(port) });
  liveAsChild(async () => {
    await api.close();
    await platform.dispose();
  });
  tellParent({ type: 'ready', url: api.url });
  if (workspace !== undefined) {
    try {
      const imported = await platform.services.importWorkspace(platform.orm.em.fork(), workspace);
      tellParent({ type: 'imported', workspace: imported });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      tellParent({ type: 'problem', message: `The demo workspace was not loaded: ${problem}` });
    }
  }
} catch (error) {
  tellParent({
    type: 'problem',
    message: `The API did not start: ${error instanceof Error ? error.message : String(error)}`,
  });
  process.exit(1);
}
