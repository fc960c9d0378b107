import { join } from 'node:path';

/** All uploads of a home folder. */
export const uploadsRoot = (home: string): string => join(home, 'uploads');

/** Files of an upload, once they are whole. */
export const uploadFolder = (home: string, id: string): string => join(uploadsRoot(home), id, 'files');

/** Files of an upload while they arrive. */
export const uploadParts = (home: string, id: string): string => join(uploadsRoot(home), id, 'parts');
