import type { MikroORM } from '@mikro-orm/postgresql';
import type { PluginRegistry } from '@crucible/sdk/host';
import type { Analyst } from '../analysis/index.js';
import type { BlobStore } from '../blobs/index.js';
import type { ChangeHub } from '../changes/index.js';
import type { GarbageCollector } from '../garbage/index.js';
import type { Inspector } from '../imports/inspector.js';
import type { JobQueue } from '../jobs/index.js';
import type { Services } from '../services/index.js';
import type { UploadStore } from '../uploads/index.js';

/** What jobs compute on: found out once, when the server starts. */
export interface BackendChoice {
  readonly name: string;
  readonly reason: string;
  /** Every backend that was tried, best first. */
  readonly considered: readonly { readonly name: string; readonly available: boolean; readonly why: string }[];
}

/** What the API process works with; `createPlatform` makes it, `dispose` lets all of it go. */
export interface Platform {
  readonly home: string;
  readonly orm: MikroORM;
  readonly plugins: PluginRegistry;
  readonly blobs: BlobStore;
  readonly uploads: UploadStore;
  /** Not started: whoever serves starts it. */
  readonly garbage: GarbageCollector;
  readonly inspector: Inspector;
  readonly analyst: Analyst;
  readonly queue: JobQueue;
  readonly changes: ChangeHub;
  readonly services: Services;
  readonly backend: BackendChoice;
  dispose(): Promise<void>;
}
