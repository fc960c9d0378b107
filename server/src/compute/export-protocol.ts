import type { ExportDtype, ExportFormat } from '../entities/enums.js';
import type { ExportedFileRecord, ExportLoss } from '../entities/export-run.js';
import type { ModelFiles } from './protocol.js';

export interface ExportWork {
  readonly kind: 'EXPORT';
  readonly format: `${ExportFormat}`;
  readonly adapter: string;
  readonly base: ModelFiles & { readonly name: string; readonly revision: string | null };
  /** PEFT's `task_type`, where it is known. */
  readonly taskType: string | null;
  readonly maxRank: number | null;
  readonly dtype: `${ExportDtype}` | null;
  readonly maxShardBytes: number | null;
  /** An empty folder's path; the files are written into it. */
  readonly outputFolder: string;
}

export interface ExportResult {
  readonly kind: 'EXPORT';
  readonly outputFolder: string;
  readonly files: readonly ExportedFileRecord[];
  readonly loss: ExportLoss;
}
