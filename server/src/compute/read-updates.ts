import type { LowRankUpdates } from '@crucible/engine/models';
import { readAdapter } from './read-adapter.js';

/** All updates of an adapter in memory, by module. */
export const readUpdates = async (path: string): Promise<LowRankUpdates> => (await readAdapter(path)).updates;
