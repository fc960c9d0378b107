import type { Adapter, ExportRun, ModelFusionRun } from '../entities/index.js';
import { safeFileName } from './file-name.js';

/** Addresses, relative to the API's own. */
export const adapterPath = ({ id }: Pick<Adapter, 'id'>): string => `/adapters/${id}/adapter.safetensors`;
export const exportFilePath = ({ id }: Pick<ExportRun, 'id'>, name: string): string =>
  `/exports/${id}/files/${encodeURIComponent(name)}`;
export const exportArchivePath = ({ id }: Pick<ExportRun, 'id'>): string => `/exports/${id}/archive.tar`;

export const modelFilePath = ({ id }: Pick<ModelFusionRun, 'id'>, name: string): string =>
  `/exports/models/${id}/files/${encodeURIComponent(name)}`;
export const modelArchivePath = ({ id }: Pick<ModelFusionRun, 'id'>): string => `/exports/models/${id}/archive.tar`;

/** What the folder of an export is called in its archive. */
export const exportFolderName = (adapter: Pick<Adapter, 'name' | 'digest'>): string =>
  `${safeFileName(adapter.name)}-${adapter.digest.slice(0, 8)}`;

/** What the folder of a finished fusion of models is called in its archive. */
export const modelFolderName = ({ name, report }: Pick<ModelFusionRun, 'name' | 'report'>): string =>
  `${safeFileName(name)}-${report?.digest.slice(0, 8) ?? 'unfinished'}`;
