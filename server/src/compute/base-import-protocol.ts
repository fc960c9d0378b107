import type { ExportedFileRecord } from '../entities/export-run.js';
import type { HubSource } from './import-protocol.js';

/** Takes a base model in: its folder, or that of a repository. */
export interface BaseImportWork {
  readonly kind: 'BASE_IMPORT';
  readonly source: { readonly kind: 'PATH'; readonly path: string } | HubSource;
  /** A folder that does not exist yet; the files are copied into it. */
  readonly outputFolder: string;
}

export interface BaseImportResult {
  readonly kind: 'BASE_IMPORT';
  readonly outputFolder: string;
  readonly files: readonly ExportedFileRecord[];
  readonly model: {
    readonly architecture: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly digest: string;
    readonly parameterCount: number;
    readonly imageSize: number | null;
  };
}
