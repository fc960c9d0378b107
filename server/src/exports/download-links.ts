import type { Adapter, ExportRun } from '../entities/index.js';
import { safeFileName } from './file-name.js';

/** Addresses, relative to the API's own. */
export const adapterPath = ({ id }: Pick<Adapter, 'id'>): string => `/adapters/${id}/adapter.safetensors`;
export const exportFilePath = ({ id }: Pick<ExportRun, 'id'>, name: string): string =>
  `/exports/${id}/files/${encodeURIComponent(name)}`;
export const exportArchivePath = ({ id }: Pick<ExportRun, 'id'>): string => `/exports/${id}/archive.tar`;

/** What the folder of an export is called in its archive. */
export const exportFolderName = (adapter: Pick<Adapter, 'name' | 'digest'>): string =>
  `${safeFileName(adapter.name)}-${adapter.digest.slice(0, 8)}`;
