// The worker process: started by main, ends with it and takes its compute processes along.
import { join } from 'node:path';
import { BlobStore } from '../blobs/index.js';
import { openOrm } from '../database/index.js';
import { PgBossQueue } from '../jobs/index.js';
import { liveAsChild, tellParent } from '../main/child-life.js';
import { Supervisor } from './supervisor.js';
import { workerSettings } from './worker-settings.js';

const { DATABASE_URL: databaseUrl = '', CRUCIBLE_HOME: home = '' } = process.env;

try {
  const settings = workerSettings(databaseUrl, home);
  const orm = await openOrm({ databaseUrl, connections: Math.min(settings.processes + 4, 24) });
  const queue = await PgBossQueue.open(databaseUrl, { maintains: true });
  const supervisor = new Supervisor({
    orm,
    queue,
    blobs: new BlobStore(join(home, 'blobs')),
    settings,
    onLost: (error) => {
      process.stderr.write(`The worker gives up: ${error.message}\n`);
      process.exit(1);
    },
  });
  liveAsChild(async () => {
    await supervisor.stop();
    await queue.close();
    await orm.close();
  });
  await supervisor.start();
  tellParent({ type: 'ready' });
} catch (error) {
  tellParent({
    type: 'problem',
    message: `The worker did not start: ${error instanceof Error ? error.message : String(error)}`,
  });
  process.exit(1);
}
