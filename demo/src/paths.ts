import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The shipped workspace. */
export const workspaceDirectory = join(root, 'workspace');
/** What the scripts make on the way and nobody ships. */
export const cacheDirectory = join(root, '.cache');
export const docsDirectory = join(root, '../docs');
