import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPlugins, type PluginRegistry } from '@crucible/sdk/host';
import { Analyst } from '../analysis/index.js';
import { BlobStore } from '../blobs/index.js';
import { ChangeHub, listenForChanges } from '../changes/index.js';
import { pluginPlaces } from '../compute/load-strategy.js';
import { openOrm } from '../database/index.js';
import { GarbageCollector } from '../garbage/index.js';
import { Inspector } from '../imports/inspector.js';
import { PgBossQueue } from '../jobs/index.js';
import { createServices } from '../services/create-services.js';
import { syncPlugins } from '../services/sync-plugins.js';
import { readUploadLimits, startSweeping, UploadStore, type UploadLimits } from '../uploads/index.js';
import type { BackendChoice, Platform } from './platform.js';

export interface PlatformOptions {
  /** A migrated database. */
  readonly databaseUrl: string;
  readonly home: string;
  /** What jobs will compute on, see `probeBackend`. */
  readonly backend: BackendChoice | Promise<BackendChoice>;
  /** Loaded already, in tests; otherwise they are looked for where the server finds them. */
  readonly plugins?: PluginRegistry;
  readonly uploadLimits?: UploadLimits;
  /** Called once when the connection for changes is lost: subscriptions would fall silent. */
  readonly onLost?: (error: Error) => void;
}

/** Opens all that the API works with; what is opened is closed again by `dispose`, in reverse order. */
export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  const { databaseUrl, home, onLost = () => {} } = options;
  await mkdir(home, { recursive: true });
  const changes = new ChangeHub();
  const [plugins, orm, queue, listener] = await Promise.all([
    options.plugins ?? loadPlugins(pluginPlaces()),
    openOrm({ databaseUrl }),
    PgBossQueue.open(databaseUrl),
    listenForChanges(databaseUrl, changes, onLost),
  ]);
  const blobs = new BlobStore(join(home, 'blobs'));
  const uploads = new UploadStore(orm, home, options.uploadLimits ?? readUploadLimits());
  const inspector = new Inspector();
  const analyst = new Analyst();
  const garbage = new GarbageCollector({ orm, home, blobs, report: tellOperator });
  const stopSweeping = await startSweeping(uploads, tellOperator);
  await syncPlugins(orm.em.fork(), plugins);
  const backend = await options.backend;
  const services = createServices({ plugins, queue, blobs, backend: backend.name });
  return {
    home,
    orm,
    plugins,
    blobs,
    uploads,
    garbage,
    inspector,
    analyst,
    queue,
    changes,
    services,
    backend,
    dispose: async () => {
      await analyst.dispose();
      await inspector.dispose();
      await garbage.dispose();
      await stopSweeping();
      await listener.close();
      await queue.close();
      await orm.close();
    },
  };
}

const tellOperator = (error: unknown): void => {
  process.stderr.write(`files were not cleared up: ${error instanceof Error ? error.message : String(error)}\n`);
};
