import type { PluginRegistry } from '@crucible/sdk/host';
import type { BlobStore } from '../blobs/index.js';
import type { JobQueue } from '../jobs/index.js';

/** What services work with beside the request's `EntityManager`. */
export interface ServiceContext {
  readonly plugins: PluginRegistry;
  readonly queue: JobQueue;
  readonly blobs: BlobStore;
  /** Name of the backend that jobs compute on; a part of fingerprints, since backends round differently. */
  readonly backend: string;
}
