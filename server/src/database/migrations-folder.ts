import { fileURLToPath } from 'node:url';

/** `migrations/` of the repository: the same from `server/src` and from `server/dist`. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));
